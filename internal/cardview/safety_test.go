package cardview_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/larkbridge/larkbridge/internal/cardview"
)

func quoted(s string) string {
	doc, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always encodes
	}
	return string(doc)
}

// walk calls f with each node of a document.
func walk(t *testing.T, doc string, f func(*html.Node)) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		f(n)
	}
}

// attributeValues returns the values of an attribute in a document.
func attributeValues(t *testing.T, doc, name string) (values []string) {
	t.Helper()
	walk(t, doc, func(n *html.Node) {
		for _, a := range n.Attr {
			if a.Key == name {
				values = append(values, a.Val)
			}
		}
	})
	return values
}

// drawn are all elements and attributes that a card may have.
var drawn = struct{ elements, attributes []string }{
	strings.Fields("html head body section header div span p b hr br a pre code strong em del ul ol li blockquote table thead tbody tr th td " +
		"button select option input textarea fieldset legend label details summary figure figcaption"),
	strings.Fields("class href target rel type value placeholder aria-label aria-disabled selected checked disabled open title maxlength " +
		"role tabindex data-action data-answer data-name data-required data-commit data-submit data-reset data-form data-format data-flow " +
		"data-confirm-title data-confirm-text"),
}

// checkSafe checks that a drawn card has known elements and attributes only, and links
// that may be opened.
func checkSafe(t *testing.T, doc string) {
	t.Helper()
	walk(t, doc, func(n *html.Node) {
		switch n.Type {
		case html.CommentNode, html.DoctypeNode:
			t.Errorf("there is a comment or a doctype %q in %s", n.Data, doc)
		case html.ElementNode:
			if !slices.Contains(drawn.elements, n.Data) {
				t.Errorf("there is an element %q in %s", n.Data, doc)
			}
		default:
		}
		for _, a := range n.Attr {
			if !slices.Contains(drawn.attributes, a.Key) {
				t.Errorf("there is an attribute %s=%q in %s", a.Key, a.Val, doc)
			}
			scheme, _, _ := strings.Cut(strings.ToLower(a.Val), ":")
			if a.Key == "href" && !slices.Contains([]string{"http", "https", "lark"}, scheme) {
				t.Errorf("a link leads to %q", a.Val)
			}
		}
	})
}

// hostile are texts that are markup where they are not escaped.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'><svg/onload=alert(1)>`, `</textarea><script>`, `</pre><iframe>`,
	`<!-- x`, `]]>`, `&lt;script&gt;alert(1)&lt;/script&gt;`, `[x](javascript:alert(1))`, `<a href='javascript:alert(1)'>x</a>`,
	`<link url="javascript:alert(1)">x</link>`, `<font color='red" onclick="alert(1)'>x</font>`, "`<b onclick=x>`", "```\n<script>\n```",
	`<at id='"><script>'></at>`, `![<script>](x)`, `https://example.com/"><script>`, "\x00<script>", `<a href=https://x onclick=y>z</a>`,
}

// TestHostileTexts puts each text in the place of each string of each card.
func TestHostileTexts(t *testing.T) {
	cards, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range cards {
		doc, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var card any
		if err := json.Unmarshal(doc, &card); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, s := range hostile {
			changed, err := json.Marshal(replaceTexts(card, s))
			if err != nil {
				t.Fatal(err)
			}
			for _, lang := range []cardview.Language{cardview.English, cardview.Chinese} {
				checkSafe(t, string(cardview.Render(changed, lang)))
			}
		}
	}
}

// replaceTexts returns a value with every string replaced, but those that say what a
// component is.
func replaceTexts(value any, s string) any {
	switch value := value.(type) {
	case string:
		return s
	case []any:
		replaced := make([]any, 0, len(value))
		for _, v := range value {
			replaced = append(replaced, replaceTexts(v, s))
		}
		return replaced
	case map[string]any:
		replaced := map[string]any{}
		for name, v := range value {
			if _, ok := v.(string); ok && slices.Contains([]string{"tag", "type", "schema", "input_type", "data_type"}, name) {
				replaced[name] = v
				continue
			}
			replaced[name] = replaceTexts(v, s)
		}
		return replaced
	}
	return value
}

func FuzzRender(f *testing.F) {
	for _, s := range hostile {
		f.Add(fmt.Sprintf(`{"header":{"title":{"content":%[1]s}},"elements":[{"tag":"markdown","content":%[1]s}]}`, quoted(s)))
		f.Add(s)
	}
	cards, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range cards {
		doc, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(doc))
	}
	f.Fuzz(func(t *testing.T, card string) { checkSafe(t, string(cardview.Render([]byte(card), cardview.English))) })
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range append(hostile, "**a *b* ~~c~~**", "- a\n  - b\n1. c", "> a\n> b", "a|b\n-|-\nc|d", "# h\n---\n\\*") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		card := `{"elements":[{"tag":"markdown","content":` + quoted(content) + `}]}`
		checkSafe(t, string(cardview.Render([]byte(card), cardview.English)))
	})
}

// Components inside each other end somewhere, and a long line of markup takes no time.
func TestDeepAndLong(t *testing.T) {
	deep := strings.Repeat(`{"tag":"column_set","columns":[{"tag":"column","elements":[`, 2000) + strings.Repeat(`]}]}`, 2000)
	got := string(cardview.Render([]byte(`{"elements":[`+deep+`]}`), cardview.English))
	if !strings.Contains(got, "nested too deep") || len(got) > 10_000 {
		t.Errorf("got %d bytes, want a card that says that it is too deep", len(got))
	}
	for _, s := range []string{"*", "**", "[", "<", "<a b='", "<font color=red>", "`", "~~", "![", "<at id=", "- ", "> ", "a|"} {
		card := `{"elements":[{"tag":"markdown","content":` + quoted(strings.Repeat(s, 30_000/len(s))) + `}]}`
		checkSafe(t, string(cardview.Render([]byte(card), cardview.English)))
	}
}
