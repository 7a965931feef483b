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

// DefaultAnswerTimeout is how long an answer may take. Lark waits 3 s for it, including
// the time on the network.
const DefaultAnswerTimeout = 2500 * time.Millisecond

// answerReserve is the time at the end of an answer's time that is left for completing
// the claim.
const answerReserve = 300 * time.Millisecond

// answerTimeout is how long an answer may take.
func (g *Gateway) answerTimeout() time.Duration {
	return cmp.Or(g.AnswerTimeout, DefaultAnswerTimeout)
}

// timeLeft returns how long the answer to the next request may take. The first request
// of a process has waited while the process started.
func (g *Gateway) timeLeft() time.Duration {
	if g.served.Swap(true) {
		return g.answerTimeout()
	}
	return max(g.answerTimeout()-g.StartupTime, g.answerTimeout()/5)
}

// claimTimeout returns how long a claim may take: 0.9 s of 2.5 s, and the same share of a
// shorter time. The rest is for publishing.
func (g *Gateway) claimTimeout(ctx context.Context) time.Duration {
	end, _ := ctx.Deadline()
	return min(g.answerTimeout(), time.Until(end)) * 9 / 25
}

// claimTTL is how long a claim is kept: as long as a delivery of the event can be
// accepted. The last term is for the replay of a redelivery to which Lark has given a new
// timestamp.
const claimTTL = lark.EventMaxAge + lark.MaxClockSkew + lark.RedeliverySpan

// publish claims the event, puts it on the bus and completes the claim. It reports
// whether the event is on the bus, from this delivery or an earlier one.
//
// The claim is never released. If this instance ends or the bus fails, the lease ends
// before Lark delivers the event again. So an event is lost only if all its deliveries
// fail, and it is on the bus twice only if an instance ends, or an answer is lost,
// between publishing and completing.
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
		r.outcome.Result = Held // its owner may still fail, so Lark must deliver it once more
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

// beforeReserve returns a context that ends 0.3 s before the deadline of ctx, at which
// the answer is due.
func beforeReserve(ctx context.Context) (context.Context, context.CancelFunc) {
	end, _ := ctx.Deadline()
	return context.WithDeadline(ctx, end.Add(-answerReserve))
}

// The largest number of concurrent calls to the table while none has answered. Repeating
// a call does no harm, because an owner acquires its own claim each time.
const (
	claimHedges    = 3
	completeHedges = 2
)

// claimAnswer is the answer of the table to a claim.
type claimAnswer struct {
	state  store.State
	result []byte
}

func (r *request) claim(ctx context.Context, key, owner string) (store.State, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, r.gateway.claimTimeout(ctx))
	defer cancel()
	c, err := wait.Hedge(ctx, claimHedges, func(ctx context.Context) (claimAnswer, error) {
		state, result, err := r.gateway.Claims.Claim(ctx, key, owner, store.ClaimLease, claimTTL)
		return claimAnswer{state, result}, err
	})
	return c.state, c.result, err
}

// put puts the event on the bus.
func (r *request) put(ctx context.Context, app *store.App) (err error) {
	defer r.observe(&r.publishing, r.gateway.Now())
	r.outcome.BusID, err = r.gateway.Events.PublishEvent(ctx, app.Name, r.outcome.Event)
	return err
}

// complete records that the event has been published, and the answer to a click.
func (r *request) complete(ctx context.Context, key string, answer []byte) error {
	defer r.observe(&r.completing, r.gateway.Now())
	_, err := wait.Hedge(ctx, completeHedges, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, r.gateway.Claims.Complete(ctx, key, answer, claimTTL)
	})
	return err
}
