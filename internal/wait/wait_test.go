package wait_test

import (
	"context"
	"errors"
	"sync/atomic"
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
		elapsed time.Duration
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
				if elapsed := time.Since(start); elapsed != tt.elapsed {
					t.Errorf("it took %v, want %v", elapsed, tt.elapsed)
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

// The first answer counts, and while there is none a call is made beside those that
// are under way: after two fifths of the time that is left.
func TestHedge(t *testing.T) {
	const hang = time.Hour
	failed := errors.New("failed")
	for _, tt := range []struct {
		name    string
		timeout time.Duration // of the context; 0 for none
		takes   []time.Duration
		err     error // of the calls
		want    time.Duration
		calls   int
		wantErr error
	}{
		{"at once", time.Second, []time.Duration{0}, nil, 0, 1, nil},
		{"slow", time.Second, []time.Duration{399 * time.Millisecond}, nil, 399 * time.Millisecond, 1, nil},
		{"slower than the second call", time.Second, []time.Duration{500 * time.Millisecond, 50 * time.Millisecond}, nil, 450 * time.Millisecond, 2, nil},
		{"faster than the second call", time.Second, []time.Duration{500 * time.Millisecond, hang}, nil, 500 * time.Millisecond, 2, nil},
		{"two hang", time.Second, []time.Duration{hang, hang, 0}, nil, 640 * time.Millisecond, 3, nil},
		{"all hang", time.Second, []time.Duration{hang, hang, hang}, nil, time.Second, 3, context.DeadlineExceeded},
		{"an error is an answer", time.Second, []time.Duration{0}, failed, 0, 1, failed},
		{"no deadline", 0, []time.Duration{time.Minute}, nil, time.Minute, 1, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if tt.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.timeout)
					defer cancel()
				}
				var calls atomic.Int32
				start := time.Now()
				_, err := wait.Hedge(ctx, len(tt.takes), func(ctx context.Context) (int, error) {
					takes := tt.takes[calls.Add(1)-1]
					select {
					case <-time.After(takes):
						return 0, tt.err
					case <-ctx.Done():
						return 0, ctx.Err()
					}
				})
				if elapsed := time.Since(start); elapsed != tt.want || int(calls.Load()) != tt.calls || !errors.Is(err, tt.wantErr) {
					t.Errorf("got %v after %v and %d calls, want %v after %v and %d calls", err, elapsed, calls.Load(), tt.wantErr, tt.want, tt.calls)
				}
			})
		})
	}
}
