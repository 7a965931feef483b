package store

import (
	"testing"
	"time"
)

// The documented times, as literals: who changes one changes the documentation.
func TestDocumentedTimes(t *testing.T) {
	for name, tt := range map[string]struct{ got, want time.Duration }{
		"life of the settings":   {settingsLife, 5 * time.Minute},
		"pause between reads":    {refreshPause, 5 * time.Second},
		"pause before the first": {firstPause, 500 * time.Millisecond},
		"lease of a claim":       {ClaimLease, 8 * time.Second},
		"TTL of expired tokens":  {expiredTokenTTL, time.Hour},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %v, want %v", name, tt.got, tt.want)
		}
	}
}
