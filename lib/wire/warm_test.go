package wire

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// Warming holds up the first request by 0.4 s at most, and goes on for 2.5 s.
func TestWarm(t *testing.T) {
	for _, tt := range []struct{ takes, wait, ends time.Duration }{
		{0, 0, 0},
		{300 * time.Millisecond, 300 * time.Millisecond, 300 * time.Millisecond},
		{time.Second, 400 * time.Millisecond, time.Second},
		{time.Hour, 400 * time.Millisecond, 2500 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			ended := make(chan time.Duration, 1)
			warm(t.Context(), func(context.Context) {}, func(ctx context.Context) {
				select {
				case <-time.After(tt.takes):
				case <-ctx.Done():
				}
				ended <- time.Since(start)
			})
			waited := time.Since(start)
			if end := <-ended; waited != tt.wait || end != tt.ends {
				t.Errorf("%v: got %v of waiting and an end after %v, want %v and %v", tt.takes, waited, end, tt.wait, tt.ends)
			}
		})
	}
}
