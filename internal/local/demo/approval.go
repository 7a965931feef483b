package demo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// Approval is a small approval: a card asks, and a click on it decides. The card
// changes either in the handler that answers the click or, for a slow approval, in a
// function that a rule invokes and whose return value goes to send.
type Approval struct {
	server   *local.Server
	platform *larktest.Platform
	work     sync.WaitGroup

	mu sync.Mutex
	// cards are the open and decided cards: the event id of the click that decided,
	// "" before that, by message id.
	cards map[string]string
}

// NewApproval makes the approval the server's card handler and adds users who click.
// It must be called before the server serves. Its work ends with ctx.
func NewApproval(ctx context.Context, server *local.Server, platform *larktest.Platform) *Approval {
	a := &Approval{server: server, platform: platform, cards: map[string]string{}}
	server.AddUsers(platform, a, a.Ask)
	server.Rule(func(entry bus.Entry) {
		if click, ok := a.matchSlow(entry); ok { // as on AWS, the reply to Lark does not wait for the target
			a.work.Go(func() { a.slowApproval(ctx, entry, click) })
		}
	})
	return a
}

// Wait returns when no slow approval is running.
func (a *Approval) Wait() { a.work.Wait() }

// Ask sends a card with the question, through send.
func (a *Approval) Ask(ctx context.Context) error {
	card, err := json.Marshal(question())
	if err != nil {
		return fmt.Errorf("encoding the card: %w", err)
	}
	result := a.server.Sender().Send(ctx, rand.Text(), &request.Request{
		Message: &request.Message{To: &request.Target{ChatID: local.SampleChat}, Card: card},
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
	a.server.Show(local.Step{Kind: local.StepCard, Subject: "sent", Note: fmt.Sprintf("%q, with buttons", question().Title)})
	return nil
}

// decide reports whether the card is one of Ask's and, if so, whether the click with
// this event id decides. The first click decides; asked again about it, the result is
// the same.
func (a *Approval) decide(messageID, eventID string) (asks, decides bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	by, asks := a.cards[messageID]
	if asks && by == "" {
		by = eventID
		a.cards[messageID] = by
	}
	return asks, asks && by == eventID
}

// HandleCard answers a click within Lark's 3 s. It answers clicks on its own cards
// only.
func (a *Approval) HandleCard(_ context.Context, click *lark.Click) (*lark.CardReply, error) {
	c, ok := readChoice(click.Action.Value)
	if !ok {
		return nil, nil
	}
	asks, decides := a.decide(click.Context.OpenMessageID, click.Event.ID)
	switch {
	case !asks:
		return nil, nil
	case !decides:
		return &lark.CardReply{Toast: &lark.Toast{Type: "info", Content: "Somebody has decided already."}}, nil
	case c.How == howSlow:
		return &lark.CardReply{Toast: &lark.Toast{Type: "info", Content: "Working on it…"}}, nil
	}
	return &lark.CardReply{
		Toast: &lark.Toast{Type: "success", Content: c.result() + "."},
		Card:  decision(c, click.Operator.OpenID),
	}, nil
}
