package notice

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// generic returns the card for an event without a format. It has the type of the event
// and the best name in it as title, its plain values, and a link to the home page of its
// service.
func generic(d document) lark.Card {
	color, state := namedState(d.leaves)
	if color == "" {
		color = stateColor(d.kind)
	}
	name := d.bestName()
	if kind := split(d.kind); !slices.ContainsFunc(split(name), func(w string) bool { return !slices.Contains(kind, w) }) {
		name = "" // all of it is in the type
	}
	body := []lark.Element{fields("Source", d.Source, "State", state), listed("Resources", d.Resources), plainFields(d.leaves, state)}
	if len(d.leaves) == 0 {
		body = append(body, code(d.Detail))
	}
	return d.event.card(title(d.kind, "", name), cmp.Or(color, lark.Blue), d.home(""), body...)
}

// Object returns the card for a JSON object that no AWS service wrote. Its
// title is the subject or else the best name in the object, and its color is
// that of the state that the object names.
func Object(subject string, doc json.RawMessage) lark.Card {
	d := readDocument("", doc)
	color, state := namedState(d.leaves)
	heading := subject
	if heading == "" {
		heading = join(": ", d.bestName(), state)
	}
	message := d.value(messagePaths)
	if heading == "" {
		heading, message = message, ""
	}
	if color == "" {
		color = cmp.Or(stateColor(subject), lark.Blue)
	}
	page := ""
	if arn := d.arn(); arn != "" {
		page = console(arnField(arn, 3), "/go/view?arn="+arn)
	}
	others := slices.DeleteFunc(slices.Clone(d.leaves), func(l leaf) bool { return l.value == message })
	body := []lark.Element{text(message), plainFields(others, "")}
	return fit(d.event.card(cmp.Or(heading, "Notification"), color, page, body...))
}

// messagePaths are the paths under which programs write a message.
const messagePaths = "message|Message|msg|text|summary|description|Description|reason|error|error.message"

// nameOrder lists names of values that say what a document is about, from the best to
// the worst.
var nameOrder = []string{"title", "subject", "name", "alertname", "displayname", "resourcename", "service", "project", "pipeline", "job", "task", "application", "app",
	"cluster", "database", "instance", "host", "hostname", "node", "function", "repository", "domain", "resource", "resourceid", "component", "environment", "check", "monitor", "user", "username", "source", "id"}

// notNames are beginnings of names that end in "name" but do not say what a document is
// about.
var notNames = []string{"account", "user", "region", "file", "owner", "principal", "policy", "zone", "key"}

// bestName returns the value in a document that says best what it is about, by nameOrder.
// For an event the name of its resource is better than that of a person or a host.
func (d document) bestName() string {
	best, rank := "", len(nameOrder)*3
	for _, l := range d.leaves {
		if len(l.value) > maxTitle || strings.ContainsAny(l.value, "\n{") {
			continue
		}
		name := squeeze(l.name())
		r := slices.Index(nameOrder, name)
		if r < 0 && strings.HasSuffix(name, "name") && !slices.ContainsFunc(notNames, func(n string) bool { return strings.HasPrefix(name, n) }) {
			r = slices.Index(nameOrder, "name") + 1 // serviceName, jobName
		}
		if r < 0 {
			continue
		}
		if r += (len(l.path) - 1) * len(nameOrder); r < rank {
			best, rank = l.value, r
		}
	}
	if len(d.Resources) > 0 && rank > slices.Index(nameOrder, "resourcename") {
		return cmp.Or(segment(d.Resources[0], 1), best)
	}
	return best
}

// squeeze returns the letters and digits of a name in lower case.
func squeeze(name string) string { return strings.Join(split(name), "") }

// plainFields returns the plain values of a document by their paths, without the state,
// which is shown already.
func plainFields(all []leaf, state string) lark.Fields {
	var list lark.Fields
	index := map[string]int{} // in list, by label
	for _, l := range all {
		label := lark.Truncate(strings.Join(l.path, " › "), maxTitle)
		if l.value == state && state != "" {
			state = ""
			continue
		}
		if i, ok := index[label]; ok { // elements of a list
			if lines := strings.Count(list[i].Value, "\n"); lines < maxLines {
				list[i].Value += "\n" + short(l.value)
			}
			continue
		}
		if len(list) == maxRows {
			break
		}
		index[label] = len(list)
		list = append(list, lark.Field{Label: cmp.Or(label, "Value"), Value: short(l.value)})
	}
	return list
}

// code returns the beginning of a JSON value as a block of code.
//
// Markdown has no escapes in a block, but JSON has. The lines of a JSON value begin with
// characters of JSON, so that none of them can end the block.
func code(value json.RawMessage) lark.Markdown {
	var formatted, safe bytes.Buffer
	switch {
	case len(value) == 0 || string(value) == "null":
		return ""
	case len(value) > 2*maxText: // the indentation of a deep value would take the square of its size
		_ = json.Compact(&formatted, value)
	default:
		_ = json.Indent(&formatted, value, "", "  ")
	}
	json.HTMLEscape(&safe, formatted.Bytes())
	text := strings.ReplaceAll(safe.String(), "`", "\\u0060")
	return lark.Markdown("```json\n" + lark.Truncate(text, maxText) + "\n```")
}
