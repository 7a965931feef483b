package send

import (
	"testing"
	"time"
)

// The documented times, as literals: who changes one changes the documentation.
func TestDocumentedTimes(t *testing.T) {
	for name, tt := range map[string]struct{ got, want time.Duration }{
		"reserve of an invocation":      {reserve, 4 * time.Second},
		"budget without a deadline":     {defaultBudget, 50 * time.Second},
		"longest pause for Lark":        {maxRetryAfter, time.Hour},
		"not_before":                    {maxNotBefore, 3 * 24 * time.Hour},
		"lease of a request":            {new(Sender).claimLease(), 70 * time.Second},
		"lease with SendTimeout 900":    {(&Sender{Timeout: 15 * time.Minute}).claimLease(), 910 * time.Second},
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
