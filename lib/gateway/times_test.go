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
	if claimHedges != 3 || completeHedges != 2 {
		t.Errorf("got %d concurrent claims and %d completions, want 3 and 2", claimHedges, completeHedges)
	}
}

// The first request of a process has what the start left of 2.5 s, but not less
// than 0.5 s; the next one has all of it.
func TestTimeLeft(t *testing.T) {
	for startup, want := range map[time.Duration]time.Duration{0: 2500 * time.Millisecond, time.Second: 1500 * time.Millisecond, 3 * time.Second: 500 * time.Millisecond} {
		g := &Gateway{StartupTime: startup}
		if got := g.timeLeft(); got != want {
			t.Errorf("first request after a start of %v: got %v, want %v", startup, got, want)
		}
		if got := g.timeLeft(); got != 2500*time.Millisecond {
			t.Errorf("second request after a start of %v: got %v, want 2.5s", startup, got)
		}
	}
}
