package bus

import "testing"

// The documented sizes, as literals: who changes one changes the documentation.
func TestDocumentedSizes(t *testing.T) {
	if DefaultInlineLimit != 245_760 {
		t.Errorf("got an inline limit of %d bytes, want 240 KiB", DefaultInlineLimit)
	}
	if maxType != 128 {
		t.Errorf("got a detail type of up to %d bytes, want 128", maxType)
	}
}
