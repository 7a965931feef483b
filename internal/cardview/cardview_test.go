package cardview_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/cardview"
)

var update = flag.Bool("update", false, "write the golden files")

// Each card of testdata is drawn as the file beside it says.
func TestGolden(t *testing.T) {
	cards, err := filepath.Glob("testdata/*.json")
	if err != nil || len(cards) == 0 {
		t.Fatalf("got the cards %q, %v, want some", cards, err)
	}
	for _, path := range cards {
		card, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// A line for each element makes a difference readable.
		got := strings.ReplaceAll(string(cardview.Render(card, cardview.English)), "><", ">\n<") + "\n"
		golden := strings.TrimSuffix(path, ".json") + ".html"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

// A card in several languages is drawn in the reader's.
func TestLanguage(t *testing.T) {
	for name, card := range map[string]string{
		"elements of JSON 1.0": `{"i18n_elements":{"en_us":[{"tag":"markdown","content":"hello"}],"zh_cn":[{"tag":"markdown","content":"你好"}]}}`,
		"text of JSON 2.0":     `{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"x","i18n_content":{"en_us":"hello","zh_cn":"你好"}}]}}`,
		"a header":             `{"header":{"title":{"tag":"plain_text","i18n":{"en_us":"hello","zh_cn":"你好"}}},"elements":[]}`,
	} {
		if got := cardview.Render([]byte(card), cardview.English); !strings.Contains(string(got), "hello") || strings.Contains(string(got), "你好") {
			t.Errorf("%s: got %s, want hello", name, got)
		}
		if got := cardview.Render([]byte(card), cardview.Chinese); !strings.Contains(string(got), "你好") || strings.Contains(string(got), "hello") {
			t.Errorf("%s: got %s, want 你好", name, got)
		}
	}
}

func TestLinks(t *testing.T) {
	for address, opens := range map[string]bool{
		"https://example.com/a?b=c": true, "http://example.com": true, "lark://client/x": true, "HTTPS://example.com": true,
		"javascript:alert(1)": false, "javascript://x": false, "data:text/html,x": false, "//example.com": false, "file:///etc/passwd": false,
		"java\nscript://x": false, "https://": false, " https://example.com": false, "": false,
	} {
		card := `{"elements":[{"tag":"action","actions":[{"tag":"button","text":{"tag":"plain_text","content":"go"},"url":` + quoted(address) + `}]}]}`
		got := string(cardview.Render([]byte(card), cardview.English))
		if strings.Contains(got, "href") != opens {
			t.Errorf("%q: got %s, want a link: %v", address, got, opens)
		}
	}
}

// The action of a control is what Lark has in its callback.
func TestActions(t *testing.T) {
	for control, want := range map[string]string{
		`{"tag":"button","value":{"n":1.0}}`:                                                    `{"tag":"button","value":{"n":1.0}}`,
		`{"tag":"button","name":"ok","behaviors":[{"type":"callback","value":"text"}]}`:         `{"name":"ok","tag":"button","value":"text"}`,
		`{"tag":"select_static","options":[{"value":"a"}],"value":{"k":"v"}}`:                   `{"tag":"select_static","value":{"k":"v"}}`,
		`{"tag":"overflow","value":{"k":"v"},"options":[{"value":"a","text":{"content":"A"}}]}`: `{"option":"a","tag":"overflow","value":{"k":"v"}}`,
		`{"tag":"interactive_container","behaviors":[{"type":"callback","value":{"a":"<"}}]}`:   `{"tag":"interactive_container","value":{"a":"\u003c"}}`,
	} {
		got := string(cardview.Render([]byte(`{"elements":[`+control+`]}`), cardview.English))
		if actions := attributeValues(t, got, "data-action"); len(actions) != 1 || actions[0] != want {
			t.Errorf("%s: got the actions %q, want %s", control, actions, want)
		}
	}
}
