package cardview

import (
	"strings"

	"golang.org/x/net/html"
)

// component draws one component. It returns nil for one that shows nothing.
func (v *view) component(c object) *html.Node {
	switch tag := str(c, "tag"); tag {
	case "div":
		return v.div(c)
	case "markdown", "lark_md", "plain_text":
		return v.text(c)
	case "hr":
		return elem("hr", "")
	case "note":
		return elem("div", "card-note", v.elements(list(c, "elements"))...)
	case "column_set":
		return v.columnSet(c)
	case "column":
		return v.column(c)
	case "action":
		return elem("div", "card-actions", v.elements(list(c, "actions"))...)
	case "form", "form_container":
		return v.formContainer(c)
	case "interactive_container":
		return v.interactiveContainer(c)
	case "collapsible_panel":
		return v.collapsiblePanel(c)
	case "table":
		return v.table(c)
	case "img", "custom_icon", "standard_icon":
		return v.image(c)
	case "img_combination":
		return v.imageCombination(c)
	case "chart":
		return v.box(v.say(chart), text(v.content(child(child(c, "chart_spec"), "title")["text"])))
	case "person", "person_list":
		return v.persons(c)
	case "audio":
		return v.box(v.say(audio), text(str(c, "file_key")))
	}
	return v.interactive(c)
}

// div draws a text with its fields and what stands beside it.
func (v *view) div(c object) *html.Node {
	main := elem("div", "card-main", v.text(c["text"]))
	if fields := objects(list(c, "fields")); len(fields) > 0 {
		box := elem("div", "card-fields")
		for _, field := range fields {
			class := "card-wide"
			if flag(field, "is_short") {
				class = ""
			}
			box.AppendChild(elem("div", class, v.text(field["text"])))
		}
		main.AppendChild(box)
	}
	extra := child(c, "extra")
	if extra == nil {
		return main
	}
	return elem("div", "card-split", append([]*html.Node{main}, v.elements([]any{extra})...)...)
}

// columnSet draws columns beside each other.
func (v *view) columnSet(c object) *html.Node {
	n := elem("div", "card-columns", v.elements(list(c, "columns"))...)
	if mode := str(c, "flex_mode"); mode == "flow" || mode == "stretch" {
		set(n, "data-flow", mode)
	}
	return n
}

// column draws a column, one of those that the card gives a weight or leaves its width.
func (v *view) column(c object) *html.Node {
	class := "card-column"
	switch str(c, "width") {
	case "weighted", "":
		class += " card-weighted"
	case "auto":
		class += " card-auto"
	}
	return elem("div", class, v.elements(list(c, "elements"))...)
}

// collapsiblePanel draws components that can be folded away under a title.
func (v *view) collapsiblePanel(c object) *html.Node {
	title := v.text(child(c, "header")["title"])
	if title == nil {
		title = text(v.say(more))
	}
	n := elem("details", "card-panel", append([]*html.Node{elem("summary", "", title)}, v.elements(list(c, "elements"))...)...)
	return setIf(flag(c, "expanded"), n, "open", "")
}

// table draws a table of card JSON 2.0 or 1.0.
func (v *view) table(c object) *html.Node {
	columns := objects(list(c, "columns"))
	head, body := elem("tr", ""), elem("tbody", "")
	for _, column := range columns {
		name := str(column, "display_name")
		if name == "" {
			name = str(column, "name")
		}
		head.AppendChild(elem("th", "", text(name)))
	}
	for _, row := range objects(list(c, "rows")) {
		line := elem("tr", "")
		for _, column := range columns {
			line.AppendChild(elem("td", "", v.cell(str(column, "data_type"), row[str(column, "name")])...))
		}
		body.AppendChild(line)
	}
	return elem("div", "card-scroll", elem("table", "", elem("thead", "", head), body))
}

// cell draws a value of a table, which may be text, Markdown, or a list of options or
// persons.
func (v *view) cell(kind string, value any) []*html.Node {
	switch value := value.(type) {
	case nil:
		return nil
	case string:
		if kind == "lark_md" || kind == "markdown" {
			return v.markdown(value)
		}
		return []*html.Node{text(value)}
	case []any:
		var nodes []*html.Node
		for _, option := range objects(value) {
			nodes = append(nodes, elem("span", strings.TrimSpace("card-tag "+colourClass(str(option, "color"))), text(v.content(option["text"]))))
		}
		for _, id := range texts(value) {
			nodes = append(nodes, elem("span", "card-tag", text(id)))
		}
		return nodes
	case object:
		return []*html.Node{v.text(value)}
	}
	return []*html.Node{text(indented(value))}
}

// image draws an image as a box with its alternative text: its bytes are not here.
func (v *view) image(c object) *html.Node {
	if str(c, "tag") != "img" {
		return nil // an icon
	}
	label := v.content(c["alt"])
	if label == "" {
		label = str(c, "img_key")
	}
	n := elem("div", "card-box card-image", elem("b", "", text(v.say(image))), text(label))
	if title := v.content(c["title"]); title != "" {
		return elem("figure", "card-figure", elem("figcaption", "", text(title)), n)
	}
	return n
}

// imageCombination draws several images as boxes.
func (v *view) imageCombination(c object) *html.Node {
	n := elem("div", "card-actions")
	for range objects(list(c, "img_list")) {
		n.AppendChild(elem("div", "card-box card-image", elem("b", "", text(v.say(image)))))
	}
	return n
}

// persons draws a person or a list of persons by their ids.
func (v *view) persons(c object) *html.Node {
	n := elem("div", "card-actions")
	for _, p := range append([]object{{"id": str(c, "user_id")}}, objects(list(c, "persons"))...) {
		if id := str(p, "id"); id != "" {
			n.AppendChild(elem("span", "card-at", text("@"+id)))
		}
	}
	return n
}
