package larktest_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

func TestFindSample(t *testing.T) {
	for _, eventType := range []string{"im.message.receive_v1", "app_ticket", "card.action.trigger", "card.action.trigger_v1"} {
		s, ok := larktest.FindSample(eventType)
		if !ok || s.Type() != eventType {
			t.Errorf("FindSample(%q): got a sample of %q, %v, want one of that type", eventType, s.Type(), ok)
		}
	}
	if s, ok := larktest.FindSample(""); ok {
		t.Errorf("FindSample(\"\"): got %q, want none", s.Name)
	}
}

func TestSampleTypes(t *testing.T) {
	types := larktest.SampleTypes()
	if len(types) < 30 {
		t.Fatalf("got %d types, want 30 or more", len(types))
	}
	for i := 1; i < len(types); i++ {
		if types[i-1] >= types[i] {
			t.Errorf("got %q before %q, want them sorted and without duplicates", types[i-1], types[i])
		}
	}
}
