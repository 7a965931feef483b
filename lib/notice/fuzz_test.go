package notice_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/notice"
)

func FuzzCard(f *testing.F) {
	for _, path := range samples(f) {
		f.Add(read(f, path))
	}
	f.Add([]byte(tooLarge()))
	f.Add([]byte(`{"detail-type":"x","source":"y","detail":{"a":"` + strings.Repeat("\\u0001", 20000) + `"}}`))
	f.Add([]byte(`{"source":"aws.cloudwatch","alarmData":{"alarmName":"` + strings.Repeat("<", 20000) + `"}}`))
	f.Add([]byte(`{"detail-type":"x","source":"y","detail":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		card, ok := notice.Card(doc)
		if ok && !json.Valid(doc) {
			t.Error("took a document that is not JSON")
		}
		check(t, card)
		if json.Valid(doc) {
			check(t, notice.Object("", doc))
		}
		text, _ := notice.Text(string(doc))
		check(t, text)
	})
}

// Of a card that is too large the end is left out.
func TestTooLarge(t *testing.T) {
	card, ok := notice.Card([]byte(tooLarge()))
	if !ok || len(card.Elements) == 0 || card.Elements[0] != lark.Markdown("what happened") {
		t.Errorf("got %+v", card)
	}
	check(t, card)
}

// tooLarge is a document whose card is too large even though each of its texts
// is shortened: JSON and Markdown escape every character.
func tooLarge() string {
	step := `"` + strings.Repeat("<", 500) + `",`
	return `{"source":"custom","content":{"description":"what happened","nextSteps":[` + strings.Repeat(step, 50) + `""]}}`
}

// What comes from outside cannot mention anyone, link anywhere or break out of
// a block of code: Markdown holds it only escaped.
func TestNoMarkup(t *testing.T) {
	const hostile = "<at id=all></at> [x](https://example.com) ```\n**b** :OK:"
	for _, path := range samples(t) {
		var doc any
		if err := json.Unmarshal(read(t, path), &doc); err != nil {
			t.Fatal(err)
		}
		src, err := json.Marshal(spoil(doc, hostile))
		if err != nil {
			t.Fatal(err)
		}
		card, ok := notice.Card(src)
		if !ok {
			t.Fatalf("%s: not recognised", path)
		}
		for _, e := range card.Elements {
			md, _ := e.(lark.Markdown)
			s, markup := string(md), "<`["
			if strings.HasSuffix(path, "custom.json") { // whose links are those that it has
				s = strings.NewReplacer("[bad state](https://example.com/)", "", "[diagnosis runbook](http://www.example.com)", "").Replace(s)
			}
			if code, ok := strings.CutPrefix(s, "```json\n"); ok {
				s, markup = strings.TrimSuffix(code, "\n```"), "<`"
			}
			if strings.ContainsAny(s, markup) {
				t.Errorf("%s: %s", path, s)
			}
		}
	}
}

// spoil appends text to every string of a document that does not decide what
// the document is.
func spoil(v any, text string) any {
	switch v := v.(type) {
	case string:
		return v + text
	case []any:
		for i := range v {
			v[i] = spoil(v[i], text)
		}
	case map[string]any:
		for name := range v {
			switch name {
			case "source", "detail-type", "detailType", "region":
			default:
				v[name] = spoil(v[name], text)
			}
		}
	}
	return v
}

// check wants a card that Lark takes: valid JSON, and a string of it below 30 KB.
func check(t *testing.T, card lark.Card) {
	t.Helper()
	src, err := json.Marshal(card)
	if err != nil || !json.Valid(src) {
		t.Fatalf("%s: %v", src, err)
	}
	content, err := json.Marshal(string(src))
	if err != nil || len(content) >= 30<<10 {
		t.Errorf("%d bytes, %v", len(content), err)
	}
	if n := bytes.Count(src, []byte(`"tag":`)); n > 200 {
		t.Errorf("%d components", n)
	}
}
