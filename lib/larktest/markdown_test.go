package larktest

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestCheckMarkdown(t *testing.T) {
	table := "|a|b|\n|---|:-:|\n|1|2|\n\n"
	for name, tt := range map[string]struct {
		markdown string
		want     string // in the refusal; "" for none
	}{
		"five tables":        {strings.Repeat(table, 5), ""},
		"six tables":         {strings.Repeat(table, 6), "11310"},
		"six, one is code":   {strings.Repeat(table, 5) + "```\n" + table + "```", ""},
		"image by key":       {"![x](img_v3_1)", ""},
		"image by address":   {"![x](https://example.com/a.png)", "200570"},
		"address in code":    {"~~~\n![x](https://example.com/a.png)\n~~~", ""},
		"a line is no table": {strings.Repeat("---\n", 9), ""},
	} {
		card := map[string]any{"schema": "2.0", "body": map[string]any{"elements": []any{map[string]any{"tag": "markdown", "content": tt.markdown}}}}
		raw, err := json.Marshal(card)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if _, f := parseCard(raw, 230099); f != nil {
			got = f.msg
		}
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q in it", name, got, tt.want)
		}
	}
}
