package notice

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// generic is the card for an event without a format: its type and the best name
// in it as title, its plain values below, and the home page of its service.
func generic(d document) lark.Card {
	color, state := namedState(d.leaves)
	if color == "" {
		color = stateColor(d.kind)
	}
	name := d.bestName()
	if kind := split(d.kind); !slices.ContainsFunc(split(name), func(w string) bool { return !slices.Contains(kind, w) }) {
		name = "" // it says nothing new
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
	shown := slices.DeleteFunc(slices.Clone(d.leaves), func(l leaf) bool { return l.value == message })
	body := []lark.Element{text(message), plainFields(shown, "")}
	return fit(d.event.card(cmp.Or(heading, "Notification"), color, page, body...))
}

// messagePaths are where programs put what they have to say.
const messagePaths = "message|Message|msg|text|summary|description|Description|reason|error|error.message"

// nameOrder are names of values that say what a document is about, the best
// first.
var nameOrder = []string{"title", "subject", "name", "alertname", "displayname", "resourcename", "service", "project", "pipeline", "job", "task", "application", "app",
	"cluster", "database", "instance", "host", "hostname", "node", "function", "repository", "domain", "resource", "resourceid", "component", "environment", "check", "monitor", "user", "username", "source", "id"}

// notNames are beginnings of names of values that end in "name" and say
// nothing about what a document is about.
var notNames = []string{"account", "user", "region", "file", "owner", "principal", "policy", "zone", "key"}

// bestName returns the best name in a document: one of its values by the name
// that this has, but for an event rather its resource than a person or a host.
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
		return cmp.Or(part(d.Resources[0], 1), best)
	}
	return best
}

// squeeze returns the letters and digits of a name in lower case.
func squeeze(name string) string { return strings.Join(split(name), "") }

// plainFields shows the plain values of a document, each by its path, except
// for the state that is shown already.
func plainFields(all []leaf, state string) lark.Fields {
	var list lark.Fields
	at := map[string]int{}
	for _, l := range all {
		label := lark.Truncate(strings.Join(l.path, " › "), maxTitle)
		if l.value == state && state != "" {
			state = ""
			continue
		}
		if i, ok := at[label]; ok { // elements of a list
			if lines := strings.Count(list[i].Value, "\n"); lines < maxLines {
				list[i].Value += "\n" + short(l.value)
			}
			continue
		}
		if len(list) == maxRows {
			break
		}
		at[label] = len(list)
		list = append(list, lark.Field{Label: cmp.Or(label, "Value"), Value: short(l.value)})
	}
	return list
}

// code shows the beginning of a JSON value as a block of code.
//
// In a block references are not resolved, so nothing can be escaped the
// Markdown way; JSON has its own. Its lines begin with JSON's own characters,
// so none can end the block early.
func code(value json.RawMessage) lark.Markdown {
	var laidOut, safe bytes.Buffer
	switch {
	case len(value) == 0 || string(value) == "null":
		return ""
	case len(value) > 2*maxText: // indented, deep nesting would take the square of its size
		_ = json.Compact(&laidOut, value)
	default:
		_ = json.Indent(&laidOut, value, "", "  ")
	}
	json.HTMLEscape(&safe, laidOut.Bytes())
	text := strings.ReplaceAll(safe.String(), "`", "\\u0060")
	return lark.Markdown("```json\n" + lark.Truncate(text, maxText) + "\n```")
}
