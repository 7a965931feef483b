package cardview

import (
	"encoding/json"
	"strings"

	"golang.org/x/net/html"
)

// interactive draws a component that a person uses. What is none either is drawn as a
// box with its JSON.
func (v *view) interactive(c object) *html.Node {
	switch tag := str(c, "tag"); tag {
	case "button":
		return v.button(c)
	case "select_static", "select_person", "select_img":
		if len(list(c, "options")) == 0 {
			return v.control(c, "option", v.input("text", v.say(openID), str(c, "initial_option")))
		}
		return v.control(c, "option", v.selection(c))
	case "multi_select_static", "multi_select_person", "multi_select":
		return v.control(c, "options", v.checkboxes(c))
	case "overflow":
		return v.overflow(c)
	case "date_picker":
		return v.control(c, "option", set(v.input("date", v.placeholder(c), str(c, "initial_date")), "data-format", "date"))
	case "picker_time":
		return v.control(c, "option", set(v.input("time", v.placeholder(c), str(c, "initial_time")), "data-format", "time"))
	case "picker_datetime":
		value := strings.Replace(str(c, "initial_datetime"), " ", "T", 1)
		return v.control(c, "option", set(v.input("datetime-local", v.placeholder(c), value), "data-format", "datetime"))
	case "input":
		return v.textInput(c)
	case "checker":
		return v.checker(c)
	default:
		return v.box(v.say(unknown)+" "+tag, codeBlock(indented(c)))
	}
}

// control draws what a person fills in. Its attributes say what its callback has:
//
//   - data-action is the action as JSON, without what the person has chosen;
//   - data-answer is the action's field for that: option, options, input_value or checked;
//   - data-name is its name in the values of a form, where it is inside one.
//
// Outside a form it has a button with data-commit, which sends the callback; a select
// and a checkbox need none.
func (v *view) control(c object, answer string, field *html.Node) *html.Node {
	n := set(set(elem("span", "card-control", field), "data-action", v.action(c)), "data-answer", answer)
	setIf(flag(c, "required"), n, "data-required", "")
	setIf(flag(c, "disabled"), field, "disabled", "")
	if v.form {
		return set(n, "data-name", str(c, "name"))
	}
	if field.Data != "select" && answer != "checked" {
		ok := set(set(elem("button", "card-button", text(v.say(confirm))), "type", "button"), "data-commit", "")
		n.AppendChild(setIf(flag(c, "disabled"), ok, "disabled", ""))
	}
	return v.asked(c, n)
}

// action returns the action of a component's callback as JSON: its tag, its value and
// its name.
func (v *view) action(c object) string {
	action := object{"tag": str(c, "tag")}
	if value := callbackValue(c); value != nil {
		action["value"] = value
	}
	if name := str(c, "name"); name != "" {
		action["name"] = name
	}
	doc, err := json.Marshal(action)
	if err != nil {
		return "{}" // it was decoded from JSON, so it can be encoded
	}
	return string(doc)
}

// callbackValue returns the value that the callback of a component carries, nil for
// none.
func callbackValue(c object) any {
	for _, behavior := range objects(list(c, "behaviors")) {
		if str(behavior, "type") == "callback" {
			return behavior["value"]
		}
	}
	return c["value"]
}

// callsBack reports whether a click on the component sends a callback.
func callsBack(c object) bool {
	for _, behavior := range objects(list(c, "behaviors")) {
		if str(behavior, "type") == "callback" {
			return true
		}
	}
	return c["value"] != nil
}

// address returns the link that a component opens, "" for none.
func address(c object) string {
	for _, behavior := range objects(list(c, "behaviors")) {
		if str(behavior, "type") == "open_url" {
			return str(behavior, "default_url")
		}
	}
	if url := str(c, "url"); url != "" {
		return url
	}
	return str(child(c, "multi_url"), "url")
}

// asked adds the question that is asked before a click counts.
func (v *view) asked(c object, n *html.Node) *html.Node {
	question := child(c, "confirm")
	if question == nil {
		return n
	}
	set(n, "data-confirm-title", v.content(question["title"]))
	return set(n, "data-confirm-text", v.content(question["text"]))
}

// placeholder returns what a control shows while it is empty.
func (v *view) placeholder(c object) string {
	if s := v.content(c["placeholder"]); s != "" {
		return s
	}
	return v.say(choose)
}

// input returns a field of a type with a label for those who do not see it.
func (v *view) input(kind, label, value string) *html.Node {
	n := set(set(elem("input", ""), "type", kind), "aria-label", label)
	setIf(kind == "text" || kind == "password", n, "placeholder", label)
	return setIf(value != "", n, "value", value)
}

// selection draws a list of which one option is chosen.
func (v *view) selection(c object) *html.Node {
	n := set(elem("select", ""), "aria-label", v.placeholder(c))
	n.AppendChild(set(elem("option", "", text(v.placeholder(c))), "value", ""))
	for _, option := range objects(list(c, "options")) {
		value := str(option, "value")
		o := set(elem("option", "", text(v.optionText(option))), "value", value)
		n.AppendChild(setIf(value != "" && value == str(c, "initial_option"), o, "selected", ""))
	}
	return n
}

// optionText returns what an option shows; persons and images have their value only.
func (v *view) optionText(option object) string {
	if s := v.content(option["text"]); s != "" {
		return s
	}
	return str(option, "value")
}

// checkboxes draws a list of which any options are chosen.
func (v *view) checkboxes(c object) *html.Node {
	n := elem("fieldset", "", elem("legend", "", text(v.placeholder(c))))
	chosen := map[string]bool{}
	for _, value := range append(texts(list(c, "selected_values")), texts(list(c, "initial_options"))...) {
		chosen[value] = true
	}
	for _, option := range objects(list(c, "options")) {
		value := str(option, "value")
		box := set(set(elem("input", ""), "type", "checkbox"), "value", value)
		n.AppendChild(elem("label", "", setIf(chosen[value], box, "checked", ""), text(" "+v.optionText(option))))
	}
	return n
}

// textInput draws a field for text.
func (v *view) textInput(c object) *html.Node {
	label := v.content(c["label"])
	hint := v.content(c["placeholder"])
	if hint == "" {
		hint = v.say(writeHere)
	}
	value := v.content(c["default_value"])
	var field *html.Node
	switch str(c, "input_type") {
	case "multiline_text":
		field = set(set(elem("textarea", "", text(value)), "placeholder", hint), "aria-label", hint)
	case "password":
		field = v.input("password", hint, value)
	default:
		field = v.input("text", hint, value)
	}
	if n, ok := c["max_length"].(json.Number); ok && strings.Trim(n.String(), "0123456789") == "" {
		set(field, "maxlength", n.String())
	}
	n := v.control(c, "input_value", field)
	if label == "" {
		return n
	}
	return elem("label", "card-label", elem("span", "", text(label)), n)
}

// checker draws a checkbox with its text.
func (v *view) checker(c object) *html.Node {
	box := set(elem("input", ""), "type", "checkbox")
	setIf(flag(c, "checked"), box, "checked", "")
	n := v.control(c, "checked", box)
	return elem("label", "card-checker", n, v.text(c["text"]))
}
