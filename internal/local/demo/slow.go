package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/wait"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send"
)

// Times of a slow approval.
const (
	// handlerDelay is how long the slow handler works.
	handlerDelay = time.Second
	// slowTimeout is how long send may take with the handler's return value. Send
	// waits until 4 s after the click before it updates a card.
	slowTimeout = 20 * time.Second
)

// slowClick is the part of a click's detail that the slow handler reads.
type slowClick struct {
	Header struct {
		EventID string `json:"event_id"`
	}
	Event struct {
		Operator struct {
			OpenID string `json:"open_id"`
		}
		Action  struct{ Value json.RawMessage }
		Context struct {
			OpenMessageID string `json:"open_message_id"`
		}
	}
}

// matchSlow is the pattern of the rule: it matches the click on "Approve slowly" that
// decides.
func (a *Approval) matchSlow(entry bus.Entry) (slowClick, bool) {
	var click slowClick
	if entry.Source != bus.Source || entry.DetailType != lark.TypeCardAction || json.Unmarshal(entry.Detail, &click) != nil {
		return click, false
	}
	if c, ok := readChoice(click.Event.Action.Value); !ok || c.How != howSlow {
		return click, false
	}
	_, decides := a.decide(click.Event.Context.OpenMessageID, click.Header.EventID)
	return click, decides
}

// slowApproval is the rule's target: a function that is invoked asynchronously and
// whose destination is send.
func (a *Approval) slowApproval(ctx context.Context, entry bus.Entry, click slowClick) {
	a.server.Show(local.Step{Kind: local.StepRule, Group: click.Header.EventID, Subject: "approval to a slow handler", Note: fmt.Sprintf("works for %v", handlerDelay)})
	if wait.Sleep(ctx, handlerDelay) != nil {
		return
	}
	event, eventErr := json.Marshal(entry)
	reply, replyErr := json.Marshal(lark.CardReply{Card: decision(choice{actionApprove, howSlow}, click.Event.Operator.OpenID)})
	record, err := local.DestinationRecord("approve-slowly", event, reply, a.server.Now())
	if err := errors.Join(eventErr, replyErr, err); err != nil {
		a.server.Show(local.Step{Kind: local.StepNote, Group: click.Header.EventID, Subject: "the slow handler failed", Note: err.Error(), Failed: true})
		return
	}
	a.server.Show(local.Step{Kind: local.StepRule, Group: click.Header.EventID, Subject: "slow handler to send", Note: "its return value, as a destination record"})
	ctx, cancel := context.WithTimeout(ctx, slowTimeout)
	defer cancel()
	out, err := a.server.Sender().Lambda(ctx, record)
	response, _ := out.(send.Response)
	if list := response.Results; err != nil || len(list) != 1 || !list[0].OK {
		return // a step of send has shown why
	}
	m, _ := a.platform.Message(click.Event.Context.OpenMessageID)
	a.server.Show(local.Step{Kind: local.StepCard, Group: click.Header.EventID, Subject: "updated", Note: fmt.Sprintf("the card is now %.60q", local.CardTitle(m.Content))})
}
