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

// Jitter returns a random duration from d up to, but not including, d plus the
// given fraction of it, so that instances which failed together do not try
// again together.
func Jitter(d time.Duration, fraction float64) time.Duration {
	return d + time.Duration(rand.Float64()*fraction*float64(d))
}
