// Package wait pauses until a time has passed or a context has ended.
//
// Programs in this repository read the time from an injected clock and from
// nowhere else. What they wait for, deadlines of contexts and timers, runs on
// the clock of package time, which testing/synctest replaces in tests.
package wait

import (
	"context"
	"math/rand/v2"
	"time"
)

// Sleep pauses for the duration d and returns nil. It returns an error when
// ctx ends before that; when the deadline of ctx comes before the end of the
// pause, it returns [context.DeadlineExceeded] at once.
func Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Hedge calls do and returns its answer, an error too. While no call has answered
// it calls do again, each time when two fifths of the time that is left until the
// deadline of ctx have passed, up to n calls at once; the first answer counts. So a
// call that gets no answer never uses all of the time, and one that is only slow is
// not given up. The context of the other calls ends then.
func Hedge[T any](ctx context.Context, n int, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type answer struct {
		value T
		err   error
	}
	answers := make(chan answer, n)
	for ; ; n-- {
		go func() {
			value, err := do(ctx)
			answers <- answer{value, err}
		}()
		var next <-chan time.Time
		if deadline, ok := ctx.Deadline(); ok && n > 1 && ctx.Err() == nil {
			timer := time.NewTimer(time.Until(deadline) * 2 / 5)
			defer timer.Stop()
			next = timer.C
		}
		select {
		case a := <-answers:
			return a.value, a.err
		case <-next:
		}
	}
}

// Jitter returns a random duration from d up to, but not including, d plus the
// given fraction of it, so that instances which failed together do not try
// again together.
func Jitter(d time.Duration, fraction float64) time.Duration {
	return d + time.Duration(rand.Float64()*fraction*float64(d))
}
