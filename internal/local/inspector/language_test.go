package inspector

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestTextsAreInBothLanguages(t *testing.T) {
	for name, both := range texts {
		if both[0] == "" || both[1] == "" {
			t.Errorf("the text %q is %q, want it in both languages", name, both)
		}
	}
}

// Every text that the page asks for is in the table, and every one in it is asked for.
func TestTextsAreThoseOfThePage(t *testing.T) {
	asked := map[string]bool{}
	sources := map[string]string{"page.html": `\{\{[^}]*\bt "([^"]+)"`, "view.go": `say\("([^"]+)"\)|\{"(copy\.[a-z]+|[a-z]+)", `}
	for _, name := range scripts {
		sources[name] = `\bsay\((?:bad \? )?"([^"]+)"(?: : "([^"]+)")?`
	}
	for file, calls := range sources {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(calls).FindAllStringSubmatch(string(doc), -1) {
			for _, name := range m[1:] {
				if strings.HasSuffix(file, ".js") && name != "" {
					name = "js." + name
				}
				asked[name] = true
			}
		}
	}
	for _, name := range []string{"event", "bus", "rule", "reply", "lark", "send", "card", "note", "aws", "log"} {
		asked["step."+name] = true
	}
	for _, name := range []string{"p2p", "group", "webhook"} {
		asked["kind."+name] = true
	}
	delete(asked, "") // what an alternative of a pattern has not found
	for name := range asked {
		if _, ok := texts[name]; !ok {
			t.Errorf("there is no text %q", name)
		}
	}
	for name := range texts {
		if !asked[name] {
			t.Errorf("nothing asks for the text %q", name)
		}
	}
}

func TestLanguageOf(t *testing.T) {
	for header, want := range map[string]string{
		"": english, "en": english, "zh-CN,zh;q=0.9,en;q=0.8": chinese, "en-US,zh;q=0.5": english, "fr,zh;q=0.3": chinese,
		"zh;q=0.2, EN;q=0.3": english, "ZH-hant": chinese, "zh;q=x,en": english, "*": english, ";;,": english, "n": english,
	} {
		if got := languageOf(header).tag(); got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}
