package stream_test

import (
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/stream"
)

// The documented limits, as literals: who changes one changes the documentation.
func TestDocumentedLimits(t *testing.T) {
	if got, want := stream.Pace, 500*time.Millisecond; got != want {
		t.Errorf("pace: got %v, want %v", got, want)
	}
	if got, want := stream.StateTTL, 360*time.Hour; got != want {
		t.Errorf("life of the state: got %v, want %v", got, want)
	}
	for name, tt := range map[string]struct{ got, want int }{
		"bytes of text in a card":           {stream.MaxText, 20_480},
		"bytes of a frame":                  {stream.MaxFrame, 8_192},
		"attempts without an answer":        {stream.MaxAttempts, 3},
		"attempts while somebody interacts": {stream.MaxInteraction, 5},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %d, want %d", name, tt.got, tt.want)
		}
	}
}
