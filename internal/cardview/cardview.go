// Package cardview draws Lark cards as HTML, as a person sees them in a chat.
//
// [Render] takes card JSON 1.0 or 2.0 and returns HTML that [Stylesheet] gives its look.
// What a card says is never markup: all of it is escaped, and links lead to http, https
// and lark addresses only.
//
// The HTML has no script. A page that lets its reader click a card finds in the
// attribute data-action of a control the action of its callback, as JSON; the other
// attributes are described at [view.control].
package cardview

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"slices"

	"golang.org/x/net/html"
)

// Language is the language of a reader.
type Language string

// The languages in which cards are drawn. A card with several languages is drawn in
// the reader's, if it has it.
const (
	English Language = "en_us"
	Chinese Language = "zh_cn"
)

// Stylesheet is the CSS of the drawn cards, light and dark.
//
//go:embed card.css
var Stylesheet string

// object is a decoded JSON object.
type object = map[string]any

// maxDepth is how deep components may be inside each other. Lark allows 5.
const maxDepth = 20

// view holds the state of drawing one card.
type view struct {
	lang  Language
	depth int  // how many components the present one is inside
	form  bool // whether the present component is inside a form
}

// Render returns a card as HTML. A card that cannot be read is drawn as a box with its
// JSON.
func Render(card []byte, lang Language) template.HTML {
	v := &view{lang: lang}
	var out bytes.Buffer
	if html.Render(&out, v.card(card)) != nil {
		return "" // a buffer takes everything
	}
	return template.HTML(out.String()) //nolint:gosec // html.Render escapes all texts and attributes.
}

// card draws a whole card.
func (v *view) card(doc []byte) *html.Node {
	var c object
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.UseNumber()
	if decoder.Decode(&c) != nil || c == nil {
		return elem("section", "card", v.box(v.say(unreadable), text(string(doc))))
	}
	data, _ := c["data"].(object)
	switch c["type"] {
	case "raw":
		if data != nil {
			c = data
		}
	case "template":
		return elem("section", "card", v.box(v.say(templateCard), text(str(data, "template_id")), codeBlock(indented(data["template_variable"]))))
	case "card":
		return elem("section", "card", v.box(v.say(cardEntity), text(str(data, "card_id"))))
	}
	body := elem("div", "card-body", v.elements(v.body(c))...)
	if link := v.link(str(child(c, "card_link"), "url"), text(v.say(openCard))); link != nil {
		body.AppendChild(elem("p", "card-note", link))
	}
	return elem("section", "card", v.header(c), body)
}

// body returns the components of a card: those of body in JSON 2.0, else elements, in
// the reader's language if they are in several.
func (v *view) body(c object) []any {
	if body := child(c, "body"); body != nil {
		return list(body, "elements")
	}
	if elements := list(c, "elements"); elements != nil {
		return elements
	}
	elements, _ := v.choose(child(c, "i18n_elements")).([]any)
	return elements
}

// choose returns the value of the reader's language or else of English, Chinese or any
// other language.
func (v *view) choose(languages object) any {
	for _, name := range append([]string{string(v.lang), string(English), string(Chinese)}, sortedNames(languages)...) {
		if value, ok := languages[name]; ok {
			return value
		}
	}
	return nil
}

// templates are the colours of headers.
var templates = []string{
	"blue", "wathet", "turquoise", "green", "yellow", "orange", "red", "carmine", "violet", "purple", "indigo", "grey", "default",
}

// header draws the title of a card, nil if it has none.
func (v *view) header(c object) *html.Node {
	h := child(c, "header")
	title := v.content(h["title"])
	if i18n := child(c, "i18n_header"); h == nil && i18n != nil {
		h, _ = v.choose(i18n).(object)
		title = v.content(h["title"])
	}
	if title == "" {
		return nil
	}
	template := str(h, "template")
	if !slices.Contains(templates, template) {
		template = "default"
	}
	line := elem("div", "card-title", text(title))
	tags := list(h, "text_tag_list")
	if i18n := child(h, "i18n_text_tag_list"); i18n != nil {
		tags, _ = v.choose(i18n).([]any)
	}
	for _, tag := range objects(tags) {
		line.AppendChild(elem("span", "card-tag "+colourClass(str(tag, "color")), text(v.content(tag["text"]))))
	}
	header := elem("header", "card-header card-"+template, line)
	if subtitle := v.content(h["subtitle"]); subtitle != "" {
		header.AppendChild(elem("div", "card-subtitle", text(subtitle)))
	}
	return header
}

// elements draws a list of components.
func (v *view) elements(components []any) (nodes []*html.Node) {
	v.depth++
	defer func() { v.depth-- }()
	for _, c := range objects(components) {
		if v.depth > maxDepth {
			return append(nodes, v.box(v.say(tooDeep)))
		}
		if n := v.component(c); n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes
}
