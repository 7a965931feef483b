package notice

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// The limits of a card, as literals.
func TestLimits(t *testing.T) {
	long := strings.Repeat("x", 2000)
	doc := map[string]string{"message": long}
	for i := range 20 {
		doc[fmt.Sprintf("value%02d", i)] = fmt.Sprint(i, long)
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	card := Object(long, raw)
	if n := utf8.RuneCountInString(card.Title); n != 100 {
		t.Errorf("got a title of %d characters, want 100", n)
	}
	for _, e := range card.Elements {
		switch e := e.(type) {
		case lark.Text:
			if n := utf8.RuneCountInString(string(e)); n != 1000 {
				t.Errorf("got a paragraph of %d characters, want 1000", n)
			}
		case lark.Fields:
			if n := utf8.RuneCountInString(e[0].Value); len(e) != 15 || n != 200 {
				t.Errorf("got %d fields of %d characters, want 15 of 200", len(e), n)
			}
		}
	}
	if maxCard != 28_672 {
		t.Errorf("got a card of up to %d bytes, want 28 KiB", maxCard)
	}
}
