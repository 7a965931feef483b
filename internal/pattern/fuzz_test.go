package pattern_test

import (
	"encoding/json"
	"testing"

	"github.com/larkbridge/larkbridge/internal/pattern"
)

// FuzzPattern looks for a pattern or an event that the matcher cannot bear, and checks
// that a pattern and its opposite never match the same event.
func FuzzPattern(f *testing.F) {
	for _, c := range readDocumented(f) {
		for _, event := range append(c.Match, c.Differ...) {
			f.Add([]byte(c.Pattern), []byte(event))
		}
	}
	f.Fuzz(func(t *testing.T, doc, event []byte) {
		p, err := pattern.Compile(doc)
		if err != nil {
			return
		}
		got, err := p.Match(event)
		if err != nil && got {
			t.Errorf("%s matches %s, which is refused: %v", doc, event, err)
		}
		either, err := pattern.Compile([]byte(`{"$or":[` + string(doc) + `,{"\u0000":["\u0000"]}]}`))
		if err != nil {
			return // the pattern has 1,000 combinations, or a reserved name
		}
		if combined, _ := either.Match(event); got && !combined {
			t.Errorf("%s matches %s, but not as an alternative of $or", doc, event)
		}
	})
}

// FuzzLeaf checks that an event matches a pattern of each of its own scalars.
func FuzzLeaf(f *testing.F) {
	for _, c := range readDocumented(f) {
		for _, event := range append(c.Match, c.Differ...) {
			f.Add([]byte(event))
		}
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		var o map[string]json.RawMessage
		if json.Unmarshal(event, &o) != nil {
			return
		}
		for name, v := range o {
			if v[0] == '{' || v[0] == '[' || name == "$or" {
				continue
			}
			doc, err := json.Marshal(map[string][]json.RawMessage{name: {v}})
			if err != nil {
				continue
			}
			p, err := pattern.Compile(doc)
			if err != nil {
				t.Fatalf("%s: %v", doc, err)
			}
			if got, err := p.Match(event); err == nil && !got {
				t.Errorf("%s does not match %s", doc, event)
			}
		}
	})
}
