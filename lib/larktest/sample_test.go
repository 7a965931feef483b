package larktest_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

func TestFind(t *testing.T) {
	for _, eventType := range []string{"im.message.receive_v1", "app_ticket", "card.action.trigger", "card.action.trigger_v1"} {
		s, ok := larktest.FindSample(eventType)
		if !ok || s.Type() != eventType {
			t.Errorf("Find(%q) = %q, %v", eventType, s.Type(), ok)
		}
	}
	if s, ok := larktest.FindSample(""); ok {
		t.Errorf("Find of no type gives %q", s.Name)
	}
}

func TestTypesAreDistinct(t *testing.T) {
	types := larktest.SampleTypes()
	if len(types) < 30 {
		t.Fatalf("only %d types", len(types))
	}
	for i := 1; i < len(types); i++ {
		if types[i-1] >= types[i] {
			t.Errorf("%q before %q", types[i-1], types[i])
		}
	}
}
