package rule_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local/rule"
)

// FuzzTransform checks that what somebody writes stays the text that it is: it cannot end
// the string in which a template puts it.
func FuzzTransform(f *testing.F) {
	for _, text := range []string{"", "hi", `a "b"`, `\`, "<text>", "line\nbreak", `","to":"x`, "\u2028é\x00"} {
		f.Add(text)
	}
	transformer, err := rule.NewTransformer("r", map[string]string{"text": "$.detail.text", "detail": "$.detail"}, `{"text": "You said: <text>", "all": "<detail>", "raw": <text>}`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "\ufffd")
		event, err := json.Marshal(map[string]any{"detail": map[string]string{"text": text}})
		if err != nil {
			t.Fatal(err)
		}
		input, err := transformer.Transform(event)
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ Text, All, Raw string }
		if err := json.Unmarshal(input, &got); err != nil {
			t.Fatalf("%q gives %s: %v", text, input, err)
		}
		if got.Text != "You said: "+text || got.Raw != text || !json.Valid([]byte(got.All)) {
			t.Errorf("%q gives %+v", text, got)
		}
	})
}
