package cardview

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// maxMarkup is how deep the markup of a text may be nested.
const maxMarkup = 8

// inline draws text with markup inside a block, which may have several lines.
func (v *view) inline(s string) []*html.Node { return (&inlineText{view: v, rest: s}).nodes() }

// inlineText is text that is drawn from its beginning.
type inlineText struct {
	*view
	rest    string
	plain   strings.Builder // text before rest that is not drawn yet
	out     []*html.Node
	depth   int
	missing map[string]bool // ends of markup that are not in rest
}

// nodes draws all of the text.
func (t *inlineText) nodes() []*html.Node {
	for t.rest != "" {
		if n, used := t.markup(); used > 0 {
			t.flush()
			if n != nil {
				t.out = append(t.out, n)
			}
			t.rest = t.rest[used:]
			continue
		}
		// What follows is no markup up to the next character that may begin one.
		next := strings.IndexAny(t.rest[1:], "\\`*~[!<h\n") + 1
		if next == 0 {
			next = len(t.rest)
		}
		t.plain.WriteString(t.rest[:next])
		t.rest = t.rest[next:]
	}
	t.flush()
	return t.out
}

// flush draws the plain text, in which characters may be written as entities.
func (t *inlineText) flush() {
	if t.plain.Len() > 0 {
		t.out = append(t.out, text(html.UnescapeString(t.plain.String())))
		t.plain.Reset()
	}
}

// markup draws the markup at the beginning of the rest and returns how many bytes it
// takes, 0 if there is none.
func (t *inlineText) markup() (*html.Node, int) {
	if t.depth >= maxMarkup {
		return nil, 0
	}
	switch t.rest[0] {
	case '\n':
		return elem("br", ""), 1
	case '\\':
		if len(t.rest) > 1 && strings.IndexByte("\\`*_{}[]()#+-.!|<>~", t.rest[1]) >= 0 {
			return text(t.rest[1:2]), 2
		}
	case '`':
		if inside, used := t.between("`", "`"); used > 0 {
			return elem("code", "", text(inside)), used
		}
	case '*':
		return t.emphasis()
	case '~':
		if inside, used := t.between("~~", "~~"); used > 0 {
			return elem("del", "", t.inside(inside)...), used
		}
	case '!':
		if m := imageMarkup.FindStringSubmatch(t.rest); m != nil {
			return elem("span", "card-box", text(t.say(image)+" "+m[1])), len(m[0])
		}
	case '[':
		if m := linkMarkup.FindStringSubmatch(t.rest); m != nil {
			return t.anchor(m[2], m[1]), len(m[0])
		}
	case 'h':
		if m := bareLink.FindString(t.rest); m != "" {
			return t.anchor(html.UnescapeString(m), m), len(m)
		}
	case '<':
		return t.tag()
	}
	return nil, 0
}

var (
	imageMarkup = regexp.MustCompile(`^!\[([^\[\]\n]*)\]\(([^()\s]*)\)`)
	linkMarkup  = regexp.MustCompile(`^\[([^\[\]\n]*)\]\(([^()\s]*)\)`)
	bareLink    = regexp.MustCompile(`^https?://[^\s<>"'*~|\\^{}\x60()\[\]]+`)
)

// emphasis draws ***both***, **bold** and *italic* text.
func (t *inlineText) emphasis() (*html.Node, int) {
	if inside, used := t.between("***", "***"); used > 0 {
		return elem("strong", "", elem("em", "", t.inside(inside)...)), used
	}
	if inside, used := t.between("**", "**"); used > 0 {
		return elem("strong", "", t.inside(inside)...), used
	}
	if inside, used := t.between("*", "*"); used > 0 && !strings.HasPrefix(inside, " ") {
		return elem("em", "", t.inside(inside)...), used
	}
	return nil, 0
}

// between returns the text between begin, with which the rest must begin, and end. It
// returns 0 if there is none.
func (t *inlineText) between(begin, end string) (inside string, used int) {
	after, ok := strings.CutPrefix(t.rest, begin)
	if !ok || t.missing[end] {
		return "", 0
	}
	i := strings.Index(after, end)
	if i < 0 { // nor is it in what follows, so it is not looked for there
		if t.missing == nil {
			t.missing = map[string]bool{}
		}
		t.missing[end] = true
	}
	if i <= 0 {
		return "", 0
	}
	return after[:i], len(begin) + i + len(end)
}

// inside draws text inside markup.
func (t *inlineText) inside(s string) []*html.Node {
	return (&inlineText{view: t.view, rest: s, depth: t.depth + 1}).nodes()
}

// anchor draws a link, or its text and its address if it may not be opened.
func (t *inlineText) anchor(address, label string) *html.Node {
	inner := t.inside(label)
	if opens(label) {
		inner = []*html.Node{text(html.UnescapeString(label))}
	}
	if a := t.link(html.UnescapeString(address), inner...); a != nil {
		return a
	}
	return elem("span", "", append(t.inside(label), text(" ("+address+")"))...)
}
