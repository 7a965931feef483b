package cardview

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// content returns what a text object says in the reader's language, without markup. A
// string stands for itself.
func (v *view) content(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	o, _ := value.(object)
	for _, name := range []string{"i18n_content", "i18n"} {
		if languages := child(o, name); languages != nil {
			if s, ok := v.choose(languages).(string); ok {
				return s
			}
		}
	}
	return str(o, "content")
}

// text draws a text object: plain_text as it is, all other tags as Markdown. It returns
// nil for an empty one.
func (v *view) text(value any) *html.Node {
	content := v.content(value)
	if content == "" {
		return nil
	}
	o, _ := value.(object)
	class := v.textClass(o)
	if tag := str(o, "tag"); tag == "lark_md" || tag == "markdown" {
		return elem("div", "card-markdown"+class, v.markdown(content)...)
	}
	return elem("div", "card-text"+class, text(content))
}

// textClass returns the classes for the size, the colour and the alignment of a text,
// with a blank before each.
func (v *view) textClass(o object) (class string) {
	size, align := str(o, "text_size"), str(o, "text_align")
	switch {
	case strings.HasPrefix(size, "heading"), strings.HasSuffix(size, "large"):
		class = " card-large"
	case size == "notation" || strings.HasSuffix(size, "small"):
		class = " card-small"
	}
	if align == "center" || align == "right" {
		class += " card-" + align
	}
	if colour := colourClass(str(o, "text_color")); colour != "" {
		class += " " + colour
	}
	return class
}

// colours are the colours of texts and tags.
var colours = append([]string{"lime", "neutral", "black", "white"}, templates...)

// colourClass returns the class of a colour, which may have a degree, as in blue-600;
// "" for one that is not known.
func colourClass(name string) string {
	name, _, _ = strings.Cut(name, "-")
	if name == "gray" {
		name = "grey"
	}
	if slices.Contains(colours, name) {
		return "card-colour-" + name
	}
	return ""
}

// link returns a link around children, nil if the address is none that may be opened.
func (v *view) link(address string, children ...*html.Node) *html.Node {
	if !opens(address) {
		return nil
	}
	a := set(elem("a", "", children...), "href", address)
	return set(set(a, "target", "_blank"), "rel", "noopener noreferrer")
}

// opens reports whether a link may lead to an address.
func opens(address string) bool {
	scheme, rest, found := strings.Cut(address, "://")
	if !found || rest == "" || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return false
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "lark":
		return true
	}
	return false
}
