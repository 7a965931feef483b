package local

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// Approval is the smallest approval: a card asks, and a click on it decides,
// either in the handler that answers the click or, slowly, in one that a rule
// invokes and whose return value comes back through send.
type Approval struct {
	server *Server
	work   sync.WaitGroup

	mu sync.Mutex
	// cards are the cards that ask, by message: the event id of the click that
	// decides, "" before there is one.
	cards map[string]string
}

// NewApproval makes the approval the card handler of the server and the users
// of the platform those who click. It is to be made before the server serves.
// Its work ends with ctx.
func NewApproval(ctx context.Context, server *Server, platform *larktest.Platform) *Approval {
	a := &Approval{server: server, cards: map[string]string{}}
	server.users = &users{server: server, platform: platform, ask: a.Ask, clicks: map[lark.Secret]string{}}
	server.gateway.Cards = noting{gateway.Linked(a)}
	server.bus.Rule(func(entry bus.Entry) {
		if click, ok := a.slow(entry); ok { // as on AWS, the target does not hold up the answer
			a.work.Go(func() { a.decideSlowly(ctx, entry, click) })
		}
	})
	return a
}

// Wait returns when no slow handler is under way.
func (a *Approval) Wait() { a.work.Wait() }

// Ask sends a card that asks, through send.
func (a *Approval) Ask(ctx context.Context) error {
	card, err := json.Marshal(question())
	if err != nil {
		return fmt.Errorf("encoding the card: %w", err)
	}
	result := a.server.sender.Send(ctx, rand.Text(), &request.Request{
		Message: &request.Message{To: &request.Target{ChatID: sampleChat}, Card: card},
	})
	if result.Error != nil {
		return result.Error
	}
	var sent struct {
		MessageID string `json:"message_id"`
	}
	if json.Unmarshal(result.Data, &sent) != nil || sent.MessageID == "" {
		return errors.New("send did not return the message id of the card")
	}
	a.mu.Lock()
	a.cards[sent.MessageID] = ""
	a.mu.Unlock()
	a.server.tell(Step{Kind: StepCard, Subject: "sent", Note: fmt.Sprintf("%q, with buttons", question().Title)})
	return nil
}

// take says whether the card is one that asks and, if so, whether the click
// with this event id is the one that decides: the first that takes it is, and
// stays it.
func (a *Approval) take(messageID, eventID string) (asks, decides bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	by, asks := a.cards[messageID]
	if asks && by == "" {
		by = eventID
		a.cards[messageID] = by
	}
	return asks, asks && by == eventID
}

// HandleCard answers a click within Lark's 3 s. It knows no other cards than
// its own.
func (a *Approval) HandleCard(_ context.Context, click *lark.Click) (*lark.CardReply, error) {
	c, ok := readChoice(click.Action.Value)
	if !ok {
		return nil, nil
	}
	asks, decides := a.take(click.Context.OpenMessageID, click.Event.ID)
	switch {
	case !asks:
		return nil, nil
	case !decides:
		return &lark.CardReply{Toast: &lark.Toast{Type: "info", Content: "Somebody has decided already."}}, nil
	case c.How == slowly:
		return &lark.CardReply{Toast: &lark.Toast{Type: "info", Content: "Working on it…"}}, nil
	}
	return &lark.CardReply{
		Toast: &lark.Toast{Type: "success", Content: c.done() + "."},
		Card:  decision(c, click.Operator.OpenID),
	}, nil
}
