package cardview

import (
	"encoding/json"
	"maps"
	"slices"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// elem returns an element with a class, "" for none, and children, of which nil ones
// are left out.
func elem(tag, class string, children ...*html.Node) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: tag, DataAtom: atom.Lookup([]byte(tag))}
	if class != "" {
		set(n, "class", class)
	}
	for _, c := range children {
		if c != nil {
			n.AppendChild(c)
		}
	}
	return n
}

// text returns a text node.
func text(s string) *html.Node { return &html.Node{Type: html.TextNode, Data: s} }

// set adds an attribute to an element and returns the element.
func set(n *html.Node, name, value string) *html.Node {
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
	return n
}

// setIf is set for a condition.
func setIf(condition bool, n *html.Node, name, value string) *html.Node {
	if condition {
		set(n, name, value)
	}
	return n
}

// box draws what has no look of its own, such as an image, as a box with a label.
func (v *view) box(label string, children ...*html.Node) *html.Node {
	return elem("div", "card-box", append([]*html.Node{elem("b", "", text(label))}, children...)...)
}

// codeBlock draws a text as it is; nil for "".
func codeBlock(s string) *html.Node {
	if s == "" {
		return nil
	}
	// The parser of HTML drops a line break at the start of pre, so code holds the text.
	return elem("pre", "card-code", elem("code", "", text(s)))
}

// indented returns a value as JSON for a reader, "" for nil.
func indented(value any) string {
	if value == nil {
		return ""
	}
	doc, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return ""
	}
	return string(doc)
}

// str returns a member that is a string, else "".
func str(o object, name string) string {
	s, _ := o[name].(string)
	return s
}

// child returns a member that is an object, nil if there is none.
func child(o object, name string) object {
	c, _ := o[name].(object)
	return c
}

// list returns a member that is a list, nil if there is none.
func list(o object, name string) []any {
	l, _ := o[name].([]any)
	return l
}

// flag reports whether a member is true.
func flag(o object, name string) bool { return o[name] == true }

// objects returns the values of a list that are objects.
func objects(values []any) (found []object) {
	for _, value := range values {
		if o, ok := value.(object); ok {
			found = append(found, o)
		}
	}
	return found
}

// texts returns the values of a list that are strings.
func texts(values []any) (found []string) {
	for _, value := range values {
		if s, ok := value.(string); ok {
			found = append(found, s)
		}
	}
	return found
}

func sortedNames(o object) []string { return slices.Sorted(maps.Keys(o)) }
