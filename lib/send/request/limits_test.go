package request

import (
	"testing"
	"time"
)

// The documented limits, as literals: who changes one changes the documentation.
func TestDocumentedLimits(t *testing.T) {
	if maxRequests != 100 {
		t.Errorf("requests of a list: got %d, want 100", maxRequests)
	}
	if maxTimeout != 15*time.Minute {
		t.Errorf("timeout of a request: got %v, want 15m", maxTimeout)
	}
	if fileTimeout != 5*time.Minute {
		t.Errorf("time for a file: got %v, want 5m", fileTimeout)
	}
}
