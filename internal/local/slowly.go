package local

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send"
)

// Times of the slow handler.
const (
	// moment is how long it works.
	moment = time.Second
	// slowBudget is how long send may take with what it returns: it updates no
	// card before 4 s have passed since the click.
	slowBudget = 20 * time.Second
)

// slowClick is what the slow handler needs of a click's detail.
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

// slow is the pattern of the rule: the clicks on "Approve slowly", of which
// the one that decides counts.
func (a *Approval) slow(entry bus.Entry) (slowClick, bool) {
	var click slowClick
	if entry.Source != bus.Source || entry.DetailType != lark.TypeCardAction || json.Unmarshal(entry.Detail, &click) != nil {
		return click, false
	}
	if c, ok := readChoice(click.Event.Action.Value); !ok || c.How != slowly {
		return click, false
	}
	_, decides := a.take(click.Event.Context.OpenMessageID, click.Header.EventID)
	return click, decides
}

// decideSlowly is the rule's target: a function that Lambda invokes without
// waiting, and whose destination is send.
func (a *Approval) decideSlowly(ctx context.Context, entry bus.Entry, click slowClick) {
	a.server.tell(Step{Kind: StepRule, Subject: "approval to a slow handler", Note: fmt.Sprintf("works for %v", moment)})
	select {
	case <-time.After(moment):
	case <-ctx.Done():
		return
	}
	record, err := destination(entry, &lark.CardReply{Card: decision(choice{approve, slowly}, click.Event.Operator.OpenID)}, a.server.now())
	if err != nil {
		a.server.tell(Step{Kind: StepNote, Subject: "the slow handler failed", Note: err.Error(), Failed: true})
		return
	}
	a.server.tell(Step{Kind: StepRule, Subject: "slow handler to send", Note: "its return value, as a destination record"})
	ctx, cancel := context.WithTimeout(ctx, slowBudget)
	defer cancel()
	out, err := a.server.sender.Lambda(ctx, record)
	response, _ := out.(send.Response)
	if list := response.Results; err != nil || len(list) != 1 || !list[0].OK {
		return // the outcome says why
	}
	m, _ := a.server.users.platform.Message(click.Event.Context.OpenMessageID)
	a.server.tell(Step{Kind: StepCard, Subject: "updated", Note: fmt.Sprintf("the card is now %.60q", title(m.Content))})
}

// destination is the record that Lambda makes of an asynchronous invocation
// for its destination.
func destination(event bus.Entry, response *lark.CardReply, now time.Time) ([]byte, error) {
	record, err := json.Marshal(map[string]any{
		"version":   "1.0",
		"timestamp": now.UTC().Format("2006-01-02T15:04:05.000Z"),
		"requestContext": map[string]any{
			"requestId":              rand.Text(),
			"functionArn":            "arn:aws:lambda:us-east-1:123456789012:function:approve-slowly:$LATEST",
			"condition":              "Success",
			"approximateInvokeCount": 1,
		},
		"requestPayload":  event,
		"responseContext": map[string]any{"statusCode": 200, "executedVersion": "$LATEST"},
		"responsePayload": response,
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the destination record: %w", err)
	}
	return record, nil
}
