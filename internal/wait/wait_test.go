package wait_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/internal/wait"
)

func TestSleep(t *testing.T) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, tt := range []struct {
		name    string
		ctx     context.Context
		timeout time.Duration // of the context; 0 for none
		cancel  time.Duration // after which it is canceled; 0 for never
		pause   time.Duration
		took    time.Duration
		want    error
	}{
		{"the pause ends", context.Background(), 0, 0, time.Minute, time.Minute, nil},
		{"no pause", context.Background(), 0, 0, 0, 0, nil},
		{"a pause that ends with the context", context.Background(), time.Minute, 0, time.Minute + 1, 0, context.DeadlineExceeded},
		{"a deadline that is far away", context.Background(), time.Hour, 0, time.Minute, time.Minute, nil},
		{"canceled meanwhile", context.Background(), 0, time.Second, time.Minute, time.Second, context.Canceled},
		{"canceled before", canceled, 0, 0, time.Minute, 0, context.Canceled},
		{"canceled before, no pause", canceled, 0, 0, 0, 0, context.Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(tt.ctx)
				defer cancel()
				if tt.timeout > 0 {
					ctx, cancel = context.WithTimeout(ctx, tt.timeout)
					defer cancel()
				}
				if tt.cancel > 0 {
					time.AfterFunc(tt.cancel, cancel)
				}
				start := time.Now()
				if got := wait.Sleep(ctx, tt.pause); !errors.Is(got, tt.want) {
					t.Errorf("got %v, want %v", got, tt.want)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("it took %v, want %v", took, tt.took)
				}
			})
		})
	}
}

func TestJitter(t *testing.T) {
	least, most := time.Hour, time.Duration(0)
	for range 1000 {
		got := wait.Jitter(time.Second, 0.25)
		if got < time.Second || got >= 1250*time.Millisecond {
			t.Fatalf("got %v, want at least 1s and less than 1.25s", got)
		}
		least, most = min(least, got), max(most, got)
	}
	if most-least < 200*time.Millisecond {
		t.Errorf("1000 durations are between %v and %v, want them spread over 250ms", least, most)
	}
	if got := wait.Jitter(time.Second, 0); got != time.Second {
		t.Errorf("without a fraction: got %v, want 1s", got)
	}
}
