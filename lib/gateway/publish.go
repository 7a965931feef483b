package gateway

import (
	"cmp"
	"context"
	"crypto/rand"
	"time"

	"github.com/larkbridge/larkbridge/internal/wait"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/store"
)

// DefaultAnswerTimeout is how long an answer may take. Lark waits 3 s for it,
// network included.
const DefaultAnswerTimeout = 2500 * time.Millisecond

// answerReserve is the last part of an answer's time, which publishing leaves
// for completing the claim.
const answerReserve = 300 * time.Millisecond

// answerTimeout is how long an answer may take.
func (g *Gateway) answerTimeout() time.Duration {
	return cmp.Or(g.AnswerTimeout, DefaultAnswerTimeout)
}

// timeLeft is how long the answer to the next request may take: the first one of a
// process has waited while it started.
func (g *Gateway) timeLeft() time.Duration {
	if g.served.Swap(true) {
		return g.answerTimeout()
	}
	return max(g.answerTimeout()-g.StartupTime, g.answerTimeout()/5)
}

// claimTimeout is how long it may take to claim: 0.9 s of 2.5 s, and the same
// share of less, which leaves time to publish.
func (g *Gateway) claimTimeout(ctx context.Context) time.Duration {
	end, _ := ctx.Deadline()
	return min(g.answerTimeout(), time.Until(end)) * 9 / 25
}

// claimTTL is how long a claim is kept: at least as long as any delivery of the
// event can be accepted. The last term is for a redelivery that Lark stamped
// anew and somebody captured.
const claimTTL = lark.EventMaxAge + lark.MaxClockSkew + lark.RedeliverySpan

// publish claims the event, puts it on the bus and completes the claim, and
// reports whether the event is on the bus: now or from an earlier delivery.
//
// The claim is never released. If this instance dies or the bus fails, its lease
// ends before Lark delivers again. So an event is lost only if no delivery of it
// gets through, and it is on the bus twice only if an instance dies, or an
// answer is lost, between publishing and completing.
func (r *request) publish(ctx context.Context, app *store.App) bool {
	key := store.EventKey(app.AppID, r.outcome.Event.Key)
	start := r.gateway.Now()
	state, _, err := r.claim(ctx, key, rand.Text())
	r.observe(&r.claiming, start)
	switch {
	case err != nil:
		r.outcome.Report(metric.DedupeBypassed, "the table cannot be reached", err)
		if r.gateway.FailClosed {
			r.outcome.Result = NoTable
			return false
		}
	case state == store.Completed:
		r.outcome.Result = Duplicate
		return true
	case state == store.InProgress:
		r.outcome.Result = Held // its owner may still fail: Lark is to deliver it again
		return false
	}
	publishing, cancel := beforeReserve(ctx)
	defer cancel()
	if err := r.put(publishing, app); err != nil {
		r.outcome.Result, r.outcome.Err = NotPublished, err
		r.outcome.Add(metric.PublishFailed)
		return false
	}
	r.outcome.Result = Published
	if err := r.complete(ctx, key, nil); err != nil {
		r.outcome.Report(metric.MarkFailed, "the event is on the bus but not marked", err)
	}
	return true
}

// beforeReserve returns a context that ends 0.3 s before ctx, at the end of which
// the answer is due.
func beforeReserve(ctx context.Context) (context.Context, context.CancelFunc) {
	end, _ := ctx.Deadline()
	return context.WithDeadline(ctx, end.Add(-answerReserve))
}

// Calls of the table at the same time, while none has answered. They can be
// repeated: an owner is known by its own claim.
const (
	claimHedges    = 3
	completeHedges = 2
)

// claimed is what the table says about a claim.
type claimed struct {
	state  store.State
	result []byte
}

func (r *request) claim(ctx context.Context, key, owner string) (store.State, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, r.gateway.claimTimeout(ctx))
	defer cancel()
	c, err := wait.Hedge(ctx, claimHedges, func(ctx context.Context) (claimed, error) {
		state, result, err := r.gateway.Claims.Claim(ctx, key, owner, store.ClaimLease, claimTTL)
		return claimed{state, result}, err
	})
	return c.state, c.result, err
}

// put puts the event on the bus.
func (r *request) put(ctx context.Context, app *store.App) (err error) {
	defer r.observe(&r.publishing, r.gateway.Now())
	r.outcome.BusID, err = r.gateway.Events.PublishEvent(ctx, app.Name, r.outcome.Event)
	return err
}

// complete records that the event is done, and the answer to a click.
func (r *request) complete(ctx context.Context, key string, answer []byte) error {
	defer r.observe(&r.completing, r.gateway.Now())
	_, err := wait.Hedge(ctx, completeHedges, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, r.gateway.Claims.Complete(ctx, key, answer, claimTTL)
	})
	return err
}
