package send

import (
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// The documented times, as literals: who changes one changes the documentation.
func TestDocumentedTimes(t *testing.T) {
	for name, tt := range map[string]struct{ got, want time.Duration }{
		"reserve of an invocation":      {reserve, 4 * time.Second},
		"budget without a deadline":     {defaultBudget, 50 * time.Second},
		"longest pause for Lark":        {maxRetryAfter, time.Hour},
		"not_before":                    {maxNotBefore, 3 * 24 * time.Hour},
		"lease of a request":            {claimLease, 70 * time.Second},
		"life of a result":              {resultTTL, 15 * 24 * time.Hour},
		"window of a click's reply":     {clickReplyWindow, 4 * time.Second},
		"pause between settings' reads": {refreshPause, 5 * time.Second},
		"interval of a target":          {targetInterval, 200 * time.Millisecond},
		"longest delay of a message":    {maxDelay, 11*time.Hour + 50*time.Minute},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %v, want %v", name, tt.got, tt.want)
		}
	}
	if maxAttempts != 4 {
		t.Errorf("attempts: got %d, want 4", maxAttempts)
	}
}

// The pause after an attempt doubles from 0.5 s to 16 s, is at least 1 s where
// Lark throttles, and has up to a quarter more.
func TestPauses(t *testing.T) {
	for _, tt := range []struct {
		kind    lark.ErrorKind
		attempt int
		want    time.Duration
	}{
		{lark.KindServer, 1, 500 * time.Millisecond},
		{lark.KindServer, 2, time.Second},
		{lark.KindServer, 6, 16 * time.Second},
		{lark.KindServer, 9, 16 * time.Second},
		{lark.KindThrottled, 1, time.Second},
		{lark.KindThrottled, 3, 2 * time.Second},
	} {
		for range 100 {
			got := pauseAfter(&lark.Error{Kind: tt.kind}, tt.attempt)
			if got < tt.want || got > tt.want*5/4 {
				t.Fatalf("%s, attempt %d: got %v, want %v and up to a quarter more", tt.kind, tt.attempt, got, tt.want)
			}
		}
	}
}
