package notice

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// generic is the card for an event without a formatter: the detail's plain
// values as fields, the others as a few lines of JSON.
func generic(ev event) lark.Card {
	values, nested := scalars(ev.Detail)
	if !isObject(ev.Detail) {
		nested = ev.Detail
	}
	return ev.card(ev.kind(), lark.Blue, "",
		fields("Source", ev.Source),
		listed("Resources", ev.Resources),
		values,
		code(nested))
}

// scalars returns the first plain values of an object as fields, in its order,
// and the rest of it.
func scalars(object json.RawMessage) (values lark.Fields, rest json.RawMessage) {
	if !isObject(object) {
		return nil, nil
	}
	var members [][]byte
	d := json.NewDecoder(bytes.NewReader(object))
	_, _ = d.Token() // {
	for d.More() {
		var value json.RawMessage
		name, err := d.Token()
		if err != nil || d.Decode(&value) != nil {
			break // cannot happen: the document has been read before
		}
		label, _ := name.(string)
		if shown, ok := scalar(value); !ok || len(values) >= maxRows {
			key, _ := json.Marshal(label)
			members = append(members, append(append(key, ':'), value...))
		} else if shown = short(shown); shown != "" {
			values = append(values, lark.Field{Label: lark.Truncate(label, maxTitle), Value: shown})
		}
	}
	if members == nil {
		return values, nil
	}
	rest = append([]byte{'{'}, bytes.Join(members, []byte{','})...)
	return values, append(rest, '}')
}

// scalar returns the text of a value and whether it is a plain one. null has
// none.
func scalar(value json.RawMessage) (string, bool) {
	switch value[0] {
	case '{', '[':
		return "", false
	case '"':
		var s string
		decode(value, &s)
		return s, true
	case 'n':
		return "", true
	}
	return string(value), true
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
