package gateway

import (
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/store"
)

// The documented times, as literals: who changes one changes the documentation.
func TestDocumentedTimes(t *testing.T) {
	for name, tt := range map[string]struct{ got, want time.Duration }{
		"answer":                         {DefaultAnswerTimeout, 2500 * time.Millisecond},
		"reserve of an answer":           {answerReserve, 300 * time.Millisecond},
		"next claim of a click":          {claimPoll, 100 * time.Millisecond},
		"lease of a claim":               {store.ClaimLease, 8 * time.Second},
		"24 h + 5 min + 7.1 h of claims": {claimTTL, 24*time.Hour + 5*time.Minute + 7*time.Hour + 5*time.Minute + 15*time.Second},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %v, want %v", name, tt.got, tt.want)
		}
	}
}
