package send

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Times of a request inside one invocation.
const (
	// reserve is what is left of the invocation for settling and reporting.
	reserve = 4 * time.Second
	// patience is for an invocation whose end is not known.
	patience = 50 * time.Second
	// tries is how often a call is made whose failure is Lark's or the
	// network's. A throttled call is made as often as the budget allows.
	tries = 4
)

// budget is until when a request may wait.
func (s *Sender) budget(ctx context.Context) time.Time {
	if end, ok := ctx.Deadline(); ok {
		return end.Add(-reserve)
	}
	return time.Now().Add(patience)
}

// retry makes the calls of a plan until they succeed, until no repetition
// helps, or until the budget ends: then the request goes back to its queue. A
// call that may have been carried out is repeated only if Lark recognises it.
func (s *Sender) retry(ctx context.Context, e *errand, t *tools) (*lark.Result, error) {
	end, p := s.budget(ctx), e.plan
	for try := 1; ; try++ {
		if !s.waits(e, func() bool { return s.pace.wait(ctx, p.target, end) }) {
			return nil, &lark.Error{Kind: lark.KindThrottled, Retryable: true, Msg: "5 messages a second go to " + p.target + " already"}
		}
		res, err := s.calls(ctx, e, t)
		var failed *lark.Error
		if err == nil || !errors.As(err, &failed) || !failed.Retryable {
			return res, err
		}
		if failed.Kind != lark.KindThrottled && try == tries || failed.Kind == lark.KindTransport && p.repeats {
			return nil, err
		}
		pause := pauseAfter(failed, try)
		if time.Now().Add(pause).After(end) || !s.waits(e, func() bool { return sleep(ctx, pause) }) {
			return nil, err
		}
	}
}

// calls makes the calls of the plan once.
func (s *Sender) calls(ctx context.Context, e *errand, t *tools) (*lark.Result, error) {
	start := s.Now()
	defer func() { e.called, e.lark = true, e.lark+s.Now().Sub(start) }()
	return e.plan.run(ctx, t)
}

// waits adds the time of a wait to the errand's.
func (s *Sender) waits(e *errand, wait func() bool) bool {
	start := s.Now()
	defer func() { e.waited += s.Now().Sub(start) }()
	return wait()
}

// pauseAfter is what Lark asks for, or a time that doubles; with a random part,
// so that instances which failed together do not come back together.
func pauseAfter(e *lark.Error, try int) time.Duration {
	base := 250 * time.Millisecond << min(try, 6)
	if e.Kind == lark.KindThrottled {
		base = max(base, time.Second)
	}
	if e.RetryAfter > 0 {
		base = e.RetryAfter
	}
	return base + rand.N(base/4+time.Millisecond)
}

// await waits for not_before, if that is inside the budget.
func (s *Sender) await(ctx context.Context, e *errand) error {
	wait := e.req.notBefore().Sub(s.Now())
	switch {
	case wait <= 0:
		return nil
	case time.Now().Add(wait).Before(s.budget(ctx)):
		if !s.waits(e, func() bool { return sleep(ctx, wait) }) {
			return &lark.Error{Kind: lark.KindTransport, Retryable: true, Msg: "waiting for not_before: " + ctx.Err().Error()}
		}
		return nil
	case e.patient:
		return &lark.Error{Kind: lark.KindThrottled, Retryable: true, RetryAfter: wait, Msg: "not_before is still to come"}
	}
	return fmt.Errorf(`field "not_before": it is further away than an invocation can wait: send the request through the queue`)
}

// sleep is false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
