package request

import (
	"regexp"
	"strings"
	"testing"
)

func TestMarkdownNeedsCard(t *testing.T) {
	for _, c := range []struct {
		name, text string
		card       bool
	}{
		{"plain", "a\nb", false},
		{"styles", "**a** *b* ~~c~~ ~d~", false},
		{"lists", "1. a\n    1. b\n- c", false},
		{"quote and rule", "> a\n\n --- \n", false},
		{"link", "[a](https://b.c) and a! [x](y)", false},
		{"mention", `<at user_id="ou_1">A</at>`, false},
		{"code", "```go\n# a\n|---|\n![a](img_b)\n```", false},
		{"tag, not a heading", "#a", false},
		{"seven marks", "####### a", false},
		{"pipes, not a table", "a | b\nc - d | e", false},
		{"other number of cells", "a | b\n---|---|---", false},
		{"heading", "a\n## b", true},
		{"heading in a quote", "> ## b", true},
		{"heading in a list", "- # b", true},
		{"table", "|a|b|\n|:--|--:|\n|c|d|", true},
		{"table without outer pipes", "a|b\n---|---\nc|d", true},
		{"table in a quote", "> |a|b|\n> |-|-|\n> |c|d|", true},
		{"image", "see ![a](img_1)", true},
		{"image by its address", "see ![a](https://example.com/a.png)", false},
		{"image in code", "see `![a](img_1)`", false},
		{"image in code of two", "``a ` ![a](img_1)`` b", false},
		{"image after a backtick", "a ` b ![a](img_1)", true},
		{"escaped image", `\![a](img_1)`, false},
		{"after code", "```\na\n```\n# b", true},
		{"tildes", "~~~\n# a\n```\n# b\n~~~", false},
		{"a longer fence", "````\n```\n# a\n```\n````", false},
		{"a shorter fence does not end it", "````\n# a\n```\n# b", false},
		{"fence with text is no end", "```\n# a\n``` x\n# b\n```", false},
		{"indented code", "a\n\n    # b\n    |a|b|\n    |-|-|\n", false},
		{"indented in a paragraph", "a\n    # b", false},
		{"fence in a list", "- a\n  ```\n  # b\n  ```\n", false},
		{"fence in a quote", "> ```\n> # a\n\n# b", true},
		{"fence in a quote that ends", "> ```\n> # a\n> ```\n", false},
		{"colored text", "<font color='red'>a</font>", true},
		{"tag of text", "a <text_tag color='red'>b</text_tag>", true},
		{"colored text in code", "`<font color='red'>`", false},
		{"other tag", "<b>a</b>", false},
		{"windows lines", "```\r\n# a\r\n```\r\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := needsCard(readMarkdown(c.text)); got != c.card {
				t.Errorf("got %v, want %v: %+v", got, c.card, readMarkdown(c.text))
			}
		})
	}
}

func TestShowMarkdown(t *testing.T) {
	table := "|a|b|\n|-|-|\n|1|2|\n\n"
	for _, c := range []struct {
		name, text, want string
		card             bool
	}{
		{"an address is no key", "a ![b](https://example.com/c.png) d", "a [b](https://example.com/c.png) d", false},
		{"without a text", `![](https://example.com/c.png "title")`, "[image](https://example.com/c.png)", true},
		{"a key", "![b](img_1)", "![b](img_1)", true},
		{"an address in code", "`![b](https://c.d)`", "`![b](https://c.d)`", true},
		{"mention in a card", `<at user_id="ou_1"></at>`, `<at id="ou_1"></at>`, true},
		{"mention in a post", `<at user_id="ou_1"></at>`, `<at user_id="ou_1"></at>`, false},
		{"mention in code", "`<at user_id=all>`", "`<at user_id=all>`", true},
		{"five tables", strings.Repeat(table, 5), strings.Repeat(table, 5), true},
		{"the sixth table", strings.Repeat(table, 6), strings.Repeat(table, 5) + "```\n|a|b|\n|-|-|\n|1|2|\n```\n\n", true},
		{"a sixth table with a fence in it", strings.Repeat(table, 5) + "|a|```|\n|-|-|\n", strings.Repeat(table, 5) + "````\n|a|```|\n|-|-|\n````\n", true},
	} {
		if got := showMarkdown(readMarkdown(c.text), c.card); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestMarkdownMentionsInCard(t *testing.T) {
	got := newFixture(t).sent(`{"message":{"to":{"chat_id":"oc_1"},"markdown":"# a\n<at user_id=\"ou_1\"></at>"}}`)
	if !strings.Contains(got.Body, `<at id=\\\"ou_1\\\"></at>`) {
		t.Errorf("got %s", got.Body)
	}
}

// Whatever a text has: its blocks together are the text, a card that is made of
// it has no image without a key and no sixth table, and making it again changes
// nothing.
func FuzzMarkdown(f *testing.F) {
	for _, text := range []string{
		"# a\n\n- b\n  ```\n  c\n  ```\n> d\n", "|a|b|\n|-|-|\n|1|2|\n", "`a` ``b` `` ![c](d) \\![e](f)", "~~~\n```\n~~~\n    code\n", "![a](b)![](img_1)\r\n", "!![]()",
		strings.Repeat("|a|b|\n|-|-|\n\n", 7),
	} {
		f.Add(text)
	}
	image := regexp.MustCompile(`!\[[^\]\n]*\]\(([^)\s]*)`)
	f.Fuzz(func(t *testing.T, text string) {
		blocks := readMarkdown(text)
		var whole strings.Builder
		for _, b := range blocks {
			whole.WriteString(b.text)
		}
		if whole.String() != text {
			t.Fatalf("got %q, want %q", whole.String(), text)
		}
		shown := showMarkdown(blocks, true)
		tables := 0
		for _, b := range readMarkdown(shown) {
			if b.kind == table {
				tables++
			}
			if b.kind != prose || strings.ContainsAny(b.text, "`\\") {
				continue
			}
			for _, m := range image.FindAllStringSubmatch(b.text, -1) {
				if strings.HasSuffix(m[0], m[1]) && strings.Contains(b.text, m[0]+")") && !isImageKey(m[1]) {
					t.Errorf("%q: the card has the image %q", text, m[1])
				}
			}
		}
		if tables > 5 {
			t.Errorf("%q: the card has %d tables", text, tables)
		}
	})
}
