package printable_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/larkbridge/larkbridge/internal/printable"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"deploy 上线 ✓ 🎉":            "deploy 上线 ✓ 🎉",
		"上\u3000线":                 "上\u3000线",
		"a\x1b[2Jb\nc\rd":          "a·[2Jb·c·d",
		"\u009b31m":                "·31m",   // the escape sequence in one character
		"\u202eabc\u200b\ufeff":    "·abc··", // turns the text around, takes no space
		"\xff\xc3":                 "··",
		"\ufffd":                   "\ufffd",
		"\U000e0041\x00\x7f\u2028": "····",
	} {
		if got := printable.Text(text); got != want {
			t.Errorf("Text(%q): got %q, want %q", text, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	for text, want := range map[string]string{
		"a\x1b[2J<b>\n": `"a\u001b[2J<b>\n"`,
		"\u009b31m":     `"\u009b31m"`,
		"\U000e0041":    `"\udb40\udc41"`,
	} {
		if got, err := printable.JSON(text); err != nil || string(got) != want {
			t.Errorf("JSON(%q): got %s, %v, want %s", text, got, err, want)
		}
	}
	if _, err := printable.JSON(func() {}); err == nil {
		t.Error("a function: got no error, want one")
	}
}

// What is printed has printable characters only, and JSON keeps its value.
func FuzzPrintable(f *testing.F) {
	for _, seed := range []string{"", "a\x1b]0;title\x07", "\u009b2J", "\xff", `{"a":"\u001b"}`, "\u202e", "\U000e0041", `[1e400,"\ud800"]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		check := func(printed string) {
			t.Helper()
			if !utf8.ValidString(printed) || strings.ContainsFunc(printed, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%q: got %q, want printable characters only", text, printed)
			}
		}
		check(printable.Text(text))
		values := []any{text, map[string]string{text: text}}
		if json.Valid([]byte(text)) {
			values = append(values, json.RawMessage(text))
		}
		for _, value := range values {
			got, err := printable.JSON(value)
			if err != nil {
				t.Fatal(err)
			}
			check(string(got))
			plain, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			var a, b any
			if errA, errB := json.Unmarshal(got, &a), json.Unmarshal(plain, &b); (errA == nil) != (errB == nil) || !reflect.DeepEqual(a, b) {
				t.Errorf("%q: got the JSON %s, want the value of %s", text, got, plain)
			}
		}
	})
}
