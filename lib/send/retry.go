package send

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/internal/wait"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// Limits of a request inside one invocation.
const (
	// reserve is what is left of the invocation for the claim and the report.
	reserve = 4 * time.Second
	// defaultBudget is for an invocation whose end is not known.
	defaultBudget = 50 * time.Second
	// maxAttempts is how often a call is made that fails because of Lark or the
	// network, if Lark recognises the repetition. A throttled call is made as
	// often as the budget allows.
	maxAttempts = 4
	// maxRetryAfter is the longest that Lark can ask to wait: longer than any
	// invocation.
	maxRetryAfter = time.Hour
	// maxNotBefore is how far ahead a request may be due: a queue's message can
	// be put off that often and then be tried some times.
	maxNotBefore = 72 * time.Hour
)

// budgetEnd returns when all calls of an invocation must be over, so that none
// outlives it.
func budgetEnd(ctx context.Context) time.Time {
	end, ok := ctx.Deadline()
	if !ok {
		return time.Now().Add(defaultBudget)
	}
	return end.Add(-min(reserve, time.Until(end)/4))
}

// retry makes the calls of a request until they succeed, until no repetition
// helps, or until the budget ends: then the request goes back to its queue. A
// call that may have been carried out is repeated only if Lark recognises it.
func (s *Sender) retry(ctx context.Context, x *execution, clients *request.Clients) (*lark.Result, error) {
	for attempt := 1; ; attempt++ {
		if err := s.pause(x, func() error { return s.pace.wait(ctx, s.Now(), x.plan.Target) }); err != nil {
			return nil, &lark.Error{Kind: lark.KindThrottled, Retryable: true, Msg: "5 messages a second go to " + x.plan.Target + " already"}
		}
		start := s.Now()
		res, err := x.plan.Run(ctx, clients)
		x.outcome.Called, x.outcome.Lark = true, x.outcome.Lark+s.Now().Sub(start)
		var e *lark.Error
		if err == nil || !errors.As(err, &e) || !e.Retryable {
			return res, err
		}
		if e.Kind != lark.KindThrottled && (attempt == maxAttempts || x.plan.MayRepeat) {
			return nil, err
		}
		if s.pause(x, func() error { return wait.Sleep(ctx, pauseAfter(e, attempt)) }) != nil {
			return nil, err
		}
	}
}

// pause adds the duration of a wait to the outcome of the execution.
func (s *Sender) pause(x *execution, wait func() error) error {
	start := s.Now()
	defer func() { x.outcome.Waited += s.Now().Sub(start) }()
	return wait()
}

// pauseAfter returns what Lark asks to wait after a failure, or else a duration
// that doubles with each attempt.
func pauseAfter(e *lark.Error, attempt int) time.Duration {
	if e.RetryAfter > 0 {
		return wait.Jitter(min(e.RetryAfter, maxRetryAfter), 0.25)
	}
	pause := 250 * time.Millisecond << min(attempt, 6)
	if e.Kind == lark.KindThrottled {
		pause = max(pause, time.Second)
	}
	return wait.Jitter(pause, 0.25)
}

// notDue is the error of a request that comes again when it is due.
const notDue = "not_before is still to come"

// awaitDue waits for the time before which the request must not be carried out,
// if that is inside the budget.
func (s *Sender) awaitDue(ctx context.Context, x *execution) error {
	remaining := time.Time(x.req.NotBefore).Sub(s.Now())
	later := &lark.Error{Kind: lark.KindThrottled, Retryable: true, RetryAfter: remaining, Msg: notDue}
	switch {
	case remaining <= 0:
		return nil
	case remaining > maxNotBefore:
		return errors.New(`field "not_before": it is more than 3 days ahead: use EventBridge Scheduler`)
	case x.source == "sqs": // the queue waits at no cost
		return later
	}
	err := s.pause(x, func() error { return wait.Sleep(ctx, remaining) })
	switch {
	case err == nil:
		return nil
	case x.async:
		return later
	case ctx.Err() != nil:
		return &lark.Error{Kind: lark.KindTransport, Retryable: true, Msg: "waiting for not_before: " + err.Error()}
	}
	return errors.New(`field "not_before": it is further away than an invocation can wait: send the request through the queue`)
}

// targetInterval keeps one target at 5 messages a second, which Lark allows to a
// user and to a chat (im-v1/message/create). An instance works on a group of
// the ordered queue alone, so its own pace is the target's. In other cases
// Lark's refusals keep it.
const targetInterval = 200 * time.Millisecond

// maxTargets is the number of targets that a pace remembers.
const maxTargets = 10_000

// pace hands out the times at which a target may be sent to.
type pace struct {
	mu   sync.Mutex
	next map[string]time.Time
}

// wait pauses until it is the target's turn. It returns an error when that is
// after the end of ctx.
func (p *pace) wait(ctx context.Context, now time.Time, target string) error {
	if target == "" {
		return nil
	}
	p.mu.Lock()
	if p.next == nil || len(p.next) > maxTargets {
		p.next = map[string]time.Time{}
	}
	pause := max(p.next[target].Sub(now), 0)
	if end, ok := ctx.Deadline(); ok && time.Until(end) < pause {
		p.mu.Unlock()
		return context.DeadlineExceeded
	}
	p.next[target] = now.Add(pause + targetInterval)
	p.mu.Unlock()
	return wait.Sleep(ctx, pause)
}
