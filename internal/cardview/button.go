package cardview

import (
	"encoding/json"
	"strings"

	"golang.org/x/net/html"
)

// button draws a button. One that only opens a link is a link. In a form, one with
// data-submit sends the values of the form with its callback, and one with data-reset
// empties the form.
func (v *view) button(c object) *html.Node {
	class := "card-button"
	for _, style := range []string{"primary", "danger"} {
		if strings.HasPrefix(str(c, "type"), style) {
			class += " card-button-" + style
		}
	}
	label := text(v.content(c["text"]))
	if label.Data == "" {
		label = text(v.content(c["hover_tips"]))
	}
	if a := v.link(address(c), label); a != nil && !callsBack(c) && !flag(c, "disabled") {
		return set(a, "class", class)
	}
	n := set(elem("button", class, label), "type", "button")
	switch str(c, "form_action_type") + str(c, "action_type") {
	case "submit", "form_submit":
		set(n, "data-submit", "")
	case "reset", "form_reset":
		return set(n, "data-reset", "")
	}
	set(n, "data-action", v.action(c))
	setIf(flag(c, "disabled"), n, "disabled", "")
	if tips := v.content(c["disabled_tips"]); tips != "" && flag(c, "disabled") {
		set(n, "title", tips)
	}
	return v.asked(c, n)
}

// overflow draws a menu of buttons. The callback of each has its value as the option.
func (v *view) overflow(c object) *html.Node {
	n := elem("details", "card-overflow", elem("summary", "", text(v.say(more))))
	for _, option := range objects(list(c, "options")) {
		if a := v.link(address(option), text(v.optionText(option))); a != nil {
			n.AppendChild(set(a, "class", "card-button"))
			continue
		}
		action := object{}
		if json.Unmarshal([]byte(v.action(c)), &action) != nil {
			continue // what cannot be read has no button
		}
		action["option"] = str(option, "value")
		doc, err := json.Marshal(action)
		if err != nil {
			continue // what cannot be read has no button
		}
		b := set(elem("button", "card-button", text(v.optionText(option))), "type", "button")
		n.AppendChild(v.asked(c, set(b, "data-action", string(doc))))
	}
	return n
}

// formContainer draws a form. Its controls send no callback of their own.
func (v *view) formContainer(c object) *html.Node {
	before := v.form
	v.form = true
	defer func() { v.form = before }()
	n := set(elem("div", "card-form", v.elements(list(c, "elements"))...), "role", "group")
	return set(n, "data-form", str(c, "name"))
}

// interactiveContainer draws components that can be clicked as one.
func (v *view) interactiveContainer(c object) *html.Node {
	n := elem("div", "card-container", v.elements(list(c, "elements"))...)
	if flag(c, "disabled") {
		return set(n, "aria-disabled", "true")
	}
	if a := v.link(address(c), text("↗ "+address(c))); a != nil {
		n.AppendChild(elem("p", "card-note", a))
	}
	if !callsBack(c) {
		return n
	}
	set(set(n, "role", "button"), "tabindex", "0")
	return v.asked(c, set(n, "data-action", v.action(c)))
}
