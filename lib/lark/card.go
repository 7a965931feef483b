package lark

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Card is a simple card, such as an alarm or a question. It marshals to card
// JSON 2.0 (feishu-cards/card-json-v2-structure), which clients from version 7.20 on
// show.
//
// All texts but [Markdown] are shown as they are. Lark takes 200 components and a
// request of 30 KB (im-v1/message/create): [Truncate] shortens texts.
type Card struct {
	Title    string
	Subtitle string // shown only under a title
	Color    Color
	Elements []Element
}

// Color is the background of the title. Its meanings are documented in
// feishu-cards/card-json-v2-components/content-components/title.
type Color string

// The colours of titles.
const (
	Red    Color = "red"    // failed
	Orange Color = "orange" // warning
	Green  Color = "green"  // done
	Blue   Color = "blue"   // information
	Grey   Color = "grey"   // no longer of interest
)

// Element is an element of the body of a card. One without content is left out.
type Element interface{ components() []any }

// component is one component of card JSON. Lark refuses a card with an attribute
// that it does not know (feishu-cards/card-json-v2-breaking-changes-release-notes).
type component map[string]any

// Text is a paragraph without markup.
type Text string

// Markdown is text in Lark's Markdown (…/content-components/rich-text), in which <at
// id=all></at> notifies everyone. Pass text from outside through [EscapeMarkdown].
type Markdown string

// Note is small grey text.
type Note string

// Divider is a horizontal line.
type Divider struct{}

// Fields are values with labels, in two columns. A long value, or one of
// several lines, has a row of its own; a field without value is left out.
type Fields []Field

// Field is a value with its label.
type Field struct{ Label, Value string }

// Buttons are buttons in a row, or in several rows where one is too narrow.
type Buttons []Button

// Button opens URL, sends a card.action.trigger with Value, or both
// (…/interactive-components/button).
type Button struct {
	Text    string // at most 100 characters
	Style   ButtonStyle
	URL     string // http or https
	Value   map[string]any
	Confirm *Confirm // asked before the click takes effect
}

// ButtonStyle is the look of a button: Primary, Danger or Lark's default.
type ButtonStyle string

// The styles beside the default.
const (
	Primary ButtonStyle = "primary"
	Danger  ButtonStyle = "danger"
)

// Confirm is a question that the user answers before the click takes effect. Both
// texts are required. Lark documents it for buttons that submit a form only.
type Confirm struct{ Title, Text string }

// MarshalJSON returns the card JSON. Only the Value of a button can make it fail.
func (c Card) MarshalJSON() ([]byte, error) {
	body := []any{}
	for _, e := range c.Elements {
		body = append(body, e.components()...)
	}
	header := component{"title": plain(c.Title), "template": cmp.Or(c.Color, "default")}
	if c.Subtitle != "" {
		header["subtitle"] = plain(c.Subtitle)
	}
	card := component{"schema": "2.0", "config": component{"update_multi": true}, "body": component{"elements": body}}
	if c.Title != "" {
		card["header"] = header
	}
	return json.Marshal(card)
}

func (t Text) components() []any { return div(plain(string(t))) }
func (n Note) components() []any { return div(small(string(n))) }
func (m Markdown) components() []any {
	return unless(m == "", component{"tag": "markdown", "content": m})
}
func (Divider) components() []any { return []any{component{"tag": "hr"}} }

func (f Fields) components() (rows []any) {
	var row []any
	for _, field := range f {
		if field.Value == "" {
			continue
		}
		wide := utf8.RuneCountInString(field.Value) > 40 || strings.Contains(field.Value, "\n")
		if wide || len(row) == 2 {
			rows, row = append(rows, columns("bisect", row)...), nil
		}
		row = append(row, component{"tag": "column", "width": "weighted", "weight": 1, "vertical_spacing": "2px",
			"elements": append(div(small(field.Label)), div(plain(field.Value))...)})
		if wide {
			rows, row = append(rows, columns("bisect", row)...), nil
		}
	}
	return append(rows, columns("bisect", row)...)
}

func (b Buttons) components() []any {
	var row []any
	for _, button := range b {
		row = append(row, component{"tag": "column", "width": "auto", "elements": []any{button.component()}})
	}
	return columns("flow", row)
}

func (b Button) component() component {
	behaviors := []any{}
	if b.URL != "" {
		behaviors = append(behaviors, component{"type": "open_url", "default_url": b.URL})
	}
	if b.Value != nil {
		behaviors = append(behaviors, component{"type": "callback", "value": b.Value})
	}
	button := component{"tag": "button", "type": cmp.Or(b.Style, "default"), "text": plain(Truncate(b.Text, 100)), "behaviors": behaviors}
	if b.Confirm != nil {
		button["confirm"] = component{"title": plain(b.Confirm.Title), "text": plain(b.Confirm.Text)}
	}
	return button
}

func plain(text string) component { return component{"tag": "plain_text", "content": text} }

func small(text string) component {
	return component{"tag": "plain_text", "content": text, "text_size": "notation", "text_color": "grey"}
}

func div(text component) []any {
	return unless(text["content"] == "", component{"tag": "div", "text": text})
}

func columns(mode string, row []any) []any {
	return unless(row == nil, component{"tag": "column_set", "flex_mode": mode, "columns": row})
}

// unless returns a component, or nothing when it is empty.
func unless(empty bool, c component) []any {
	if empty {
		return nil
	}
	return []any{c}
}

// EscapeMarkdown returns text that [Markdown] shows as it is. It replaces everything
// that can begin a tag, a link, an emoji, a table, a list or an indented code block by
// character references (…/content-components/rich-text).
func EscapeMarkdown(text string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll("\n"+text, "\n ", "\n\u00a0")[1:] {
		if strings.ContainsRune("&<>\\`*_~[](){}#+-=|!$:/@.^\"'\t\r", r) {
			fmt.Fprintf(&b, "&#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Truncate returns at most limit characters of text. The last one is an ellipsis if
// something was cut off. Text is to be truncated before it is escaped, not after.
func Truncate(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:max(limit-1, 0)])) + "…"
}
