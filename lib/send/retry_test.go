package send

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// The pause before another attempt doubles from half a second to 16 s; after a
// throttled call it is at least a second; what Lark asks for counts up to an
// hour. A random part of up to a quarter is added.
func TestPauseAfter(t *testing.T) {
	for name, tt := range map[string]struct {
		err     lark.Error
		attempt int
		want    time.Duration
	}{
		"first":           {lark.Error{Kind: lark.KindServer}, 1, 500 * time.Millisecond},
		"third":           {lark.Error{Kind: lark.KindServer}, 3, 2 * time.Second},
		"longest":         {lark.Error{Kind: lark.KindServer}, 99, 16 * time.Second},
		"first throttled": {lark.Error{Kind: lark.KindThrottled}, 1, time.Second},
		"third throttled": {lark.Error{Kind: lark.KindThrottled}, 3, 2 * time.Second},
		"asked":           {lark.Error{Kind: lark.KindThrottled, RetryAfter: 7 * time.Second}, 1, 7 * time.Second},
		"asked too much":  {lark.Error{Kind: lark.KindThrottled, RetryAfter: 1 << 62}, 1, time.Hour},
	} {
		for range 20 {
			if got := pauseAfter(&tt.err, tt.attempt); got < tt.want || got > tt.want+tt.want/4 {
				t.Errorf("%s: got %s, want %s and up to a quarter more", name, got, tt.want)
			}
		}
	}
}

// A request must be over 4 s before the end of the invocation, or when three
// quarters of a short one have passed; without an end it has 50 s.
func TestBudget(t *testing.T) {
	for end, want := range map[time.Duration]time.Duration{
		0: 50 * time.Second, time.Minute: 56 * time.Second, 8 * time.Second: 6 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx := t.Context()
			if end > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, end)
				defer cancel()
			}
			if got := time.Until(budgetEnd(ctx)); got != want {
				t.Errorf("%s: got %s, want %s", end, got, want)
			}
		})
	}
}
