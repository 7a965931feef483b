package lark_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
)

func TestCard(t *testing.T) {
	for _, tt := range []struct {
		name string
		card lark.Card
		want string
	}{
		{"empty", lark.Card{}, `{"schema":"2.0","config":{"update_multi":true},"body":{"elements":[]}}`},
		{"colour left out", lark.Card{Title: "T"}, `{"schema":"2.0","config":{"update_multi":true},"body":{"elements":[]},
			  "header":{"template":"default","title":{"tag":"plain_text","content":"T"}}}`},
		{"header", lark.Card{Title: "T", Subtitle: "S", Color: lark.Red},
			`{"schema":"2.0","config":{"update_multi":true},"body":{"elements":[]},
			  "header":{"template":"red","title":{"tag":"plain_text","content":"T"},"subtitle":{"tag":"plain_text","content":"S"}}}`},
		{"texts", body(lark.Text("<at id=all>"), lark.Markdown("**b**"), lark.Divider{}, lark.Note("n")), elements(
			`{"tag":"div","text":{"tag":"plain_text","content":"<at id=all>"}}`,
			`{"tag":"markdown","content":"**b**"}`,
			`{"tag":"hr"}`,
			`{"tag":"div","text":{"tag":"plain_text","content":"n","text_size":"notation","text_color":"grey"}}`)},
		{"nothing to show", body(lark.Text(""), lark.Markdown(""), lark.Note(""), lark.Fields{{Label: "L"}}, lark.Buttons{}), elements()},
		{"fields", body(lark.Fields{{"A", "1"}, {"B", ""}, {"C", "3"}, {"D", "4"}, {"E", strings.Repeat("5", 41)}, {"F", "6"}}), elements(
			columns("bisect", column("A", "1"), column("C", "3")),
			columns("bisect", column("D", "4")),
			columns("bisect", column("E", strings.Repeat("5", 41))),
			columns("bisect", column("F", "6")))},
		{"buttons", body(lark.Buttons{
			{Text: "Open", URL: "https://example.com/"},
			{Text: "Stop", Style: lark.Danger, Value: map[string]any{"id": 7}, Confirm: &lark.Confirm{Title: "Sure?", Text: "It stops."}},
		}), elements(columns("flow",
			`{"tag":"column","width":"auto","elements":[{"tag":"button","type":"default","text":{"tag":"plain_text","content":"Open"},
			  "behaviors":[{"type":"open_url","default_url":"https://example.com/"}]}]}`,
			`{"tag":"column","width":"auto","elements":[{"tag":"button","type":"danger","text":{"tag":"plain_text","content":"Stop"},
			  "behaviors":[{"type":"callback","value":{"id":7}}],
			  "confirm":{"title":{"tag":"plain_text","content":"Sure?"},"text":{"tag":"plain_text","content":"It stops."}}}]}`))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := json.Marshal(tt.card)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decoded(t, tt.want), decoded(t, string(got))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCardWithValueThatIsNotJSON(t *testing.T) {
	card := body(lark.Buttons{{Text: "x", Value: map[string]any{"f": func() {}}}})
	if got, err := json.Marshal(card); err == nil {
		t.Errorf("got %s", got)
	}
}

func TestEscapeMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "",
		"CPU above 90 %, 3 times": "CPU above 90 %, 3 times",
		"<at id=all></at>":        "&#60;at id&#61;all&#62;&#60;&#47;at&#62;",
		"[x](https://a.b)":        "&#91;x&#93;&#40;https&#58;&#47;&#47;a&#46;b&#41;",
		"&lt;at&#62;":             "&#38;lt;at&#38;&#35;62;",
		":OK: **b** `c`":          "&#58;OK&#58; &#42;&#42;b&#42;&#42; &#96;c&#96;",
		"- a\n    code\n\tb":      "&#45; a\n\u00a0   code\n&#9;b",
		"1. a\n===\n你好 \\":        "1&#46; a\n&#61;&#61;&#61;\n你好 &#92;",
	} {
		if got := lark.EscapeMarkdown(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestTruncate(t *testing.T) {
	for _, tt := range []struct {
		text  string
		limit int
		want  string
	}{
		{"", 3, ""}, {"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"你好吗啊", 3, "你好…"}, {"a bcd", 3, "a…"}, {"ab", 1, "…"}, {"ab", 0, "…"},
	} {
		got := lark.Truncate(tt.text, tt.limit)
		if got != tt.want || !utf8.ValidString(got) {
			t.Errorf("%q to %d: got %q, want %q", tt.text, tt.limit, got, tt.want)
		}
	}
}

func body(elements ...lark.Element) lark.Card { return lark.Card{Elements: elements} }

func elements(components ...string) string {
	return `{"schema":"2.0","config":{"update_multi":true},"body":{"elements":[` + strings.Join(components, ",") + `]}}`
}

func columns(mode string, columns ...string) string {
	return `{"tag":"column_set","flex_mode":"` + mode + `","columns":[` + strings.Join(columns, ",") + `]}`
}

func column(label, value string) string {
	return `{"tag":"column","width":"weighted","weight":1,"vertical_spacing":"2px","elements":[
		{"tag":"div","text":{"tag":"plain_text","content":"` + label + `","text_size":"notation","text_color":"grey"}},
		{"tag":"div","text":{"tag":"plain_text","content":"` + value + `"}}]}`
}

func decoded(t *testing.T, src string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(src), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
