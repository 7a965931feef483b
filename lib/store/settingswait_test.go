package store_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/store"
)

// slowSource answers after a while.
type slowSource struct {
	store.Documents
	takes time.Duration
}

func (s slowSource) Setting(ctx context.Context, name string) (string, error) {
	select {
	case <-time.After(s.takes):
		return s.Documents.Setting(ctx, name)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Who needs settings that are being read waits for them, but not longer than it has
// time.
func TestSettingsThatAreBeingRead(t *testing.T) {
	for _, tt := range []struct {
		takes, timeout, want time.Duration
		err                  error
	}{
		{900 * time.Millisecond, 2 * time.Second, 900 * time.Millisecond, nil},
		{900 * time.Millisecond, 500 * time.Millisecond, 500 * time.Millisecond, context.DeadlineExceeded},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := store.NewSettings(slowSource{store.Documents{"default": document}, tt.takes}, nil, time.Now)
			go s.Refresh(t.Context(), "default")
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), tt.timeout)
			defer cancel()
			start := time.Now()
			_, err := s.App(ctx, "default")
			if elapsed := time.Since(start); elapsed != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %v after %v, want %v after %v", err, elapsed, tt.err, tt.want)
			}
			time.Sleep(tt.takes) // the read ends
		})
	}
}
