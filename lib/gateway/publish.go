package gateway

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Budgets. Lark waits 3 s for an answer, network and cold start included.
const (
	answerBudget  = 2500 * time.Millisecond
	publishBudget = 2200 * time.Millisecond // leaves time to mark
	claimBudget   = 900 * time.Millisecond  // leaves time to publish
)

// publish claims the event, puts it on the bus and marks it, and says whether
// it is there: now or from an earlier delivery.
//
// The claim is never given back. If this instance dies or the bus fails, it
// lapses before Lark delivers again. So an event is lost only if no delivery
// of it gets through, and it is there twice only if an instance dies, or an
// answer is lost, between publishing and marking.
func (v *visit) publish(ctx context.Context, app *store.App) bool {
	g, key := v.gateway, store.EventKey(app.AppID, v.event.Key)
	state, err := v.claim(ctx, key)
	switch {
	case err != nil:
		g.Count("DedupeBypassed")
		g.Log.WarnContext(ctx, "the table cannot be reached", "error", err, "closed", g.FailClosed)
		if g.FailClosed {
			v.outcome = "no table"
			return false
		}
	case state == store.Completed:
		v.outcome = "duplicate"
		return true
	case state == store.InProgress:
		v.outcome = "held" // its holder may still fail: Lark must come again
		return false
	}
	publishing, cancel := context.WithDeadline(ctx, v.deadline(ctx, publishBudget))
	defer cancel()
	if v.err = v.put(publishing, app); v.err != nil {
		v.outcome = "not published"
		g.Count("PublishFailed")
		return false
	}
	v.outcome = "published"
	if err := v.complete(ctx, key, nil); err != nil {
		g.Count("MarkFailed")
		g.Log.WarnContext(ctx, "the event is on the bus but not marked", "error", err)
	}
	return true
}

// put puts the event on the bus.
func (v *visit) put(ctx context.Context, app *store.App) (err error) {
	defer v.took(&v.publishing, v.gateway.Now())
	v.busID, err = v.gateway.Events.PublishEvent(ctx, app.Name, v.event)
	return err
}

// complete records that the event is done, with the answer to a click.
func (v *visit) complete(ctx context.Context, key string, answer []byte) error {
	defer v.took(&v.marking, v.gateway.Now())
	return v.gateway.Claims.Complete(ctx, key, answer, claimTTL)
}

// claimTTL is how long a claim is remembered: at least as long as any delivery of
// the event can be accepted. The last term covers a redelivery that Lark
// stamped anew and somebody captured.
const claimTTL = lark.EventMaxAge + lark.MaxClockSkew + lark.RedeliverySpan

func (v *visit) claim(ctx context.Context, key string) (store.State, error) {
	defer v.took(&v.claiming, v.gateway.Now())
	ctx, cancel := context.WithTimeout(ctx, claimBudget)
	defer cancel()
	state, _, err := v.gateway.Claims.Claim(ctx, key, rand.Text(), store.ClaimLease, claimTTL)
	return state, err
}

// deadline is the given part of the answer's budget, counted from the start.
func (v *visit) deadline(ctx context.Context, part time.Duration) time.Time {
	end, ok := ctx.Deadline()
	if !ok {
		return time.Now().Add(part)
	}
	return end.Add(part - answerBudget)
}
