package notice

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object in its own order.
type object struct {
	names  []string
	values map[string]any
}

// maxDepth is how many levels of a document are read. Deeper values are shown as JSON.
const maxDepth = 32

// readValue decodes JSON into nil, bool, string, json.Number, []any, *object, or
// json.RawMessage for a value that is too deep. It returns nil for what is not JSON.
func readValue(doc []byte) any {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	v, err := decodeValue(d, 0)
	if err != nil {
		return nil
	}
	return v
}

func decodeValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		var raw json.RawMessage
		err := d.Decode(&raw)
		return raw, err
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return decodeObject(d, depth)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := decodeValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	return token, nil
}

func decodeObject(d *json.Decoder, depth int) (any, error) {
	o := &object{values: map[string]any{}}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string) // the names of an object are strings
		v, err := decodeValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		if _, twice := o.values[name]; !twice {
			o.names = append(o.names, name)
		}
		o.values[name] = v
	}
	_, err := d.Token()
	return o, err
}

// plain returns the text of a value that is neither an object nor a list, "" for null.
func plain(v any) (text string, ok bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// leaf is a plain value of a document and its path.
type leaf struct {
	path  []string // names only; the elements of a list have none
	value string
}

func (l leaf) name() string {
	if len(l.path) == 0 {
		return ""
	}
	return l.path[len(l.path)-1]
}

// maxLeaves is how many plain values of a document are read.
const maxLeaves = 500

// leaves returns the plain values of a document that are not empty, in its
// order.
func leaves(v any) []leaf { return appendLeaves(nil, nil, v) }

func appendLeaves(list []leaf, path []string, v any) []leaf {
	switch v := v.(type) {
	case *object:
		for _, name := range v.names {
			list = appendLeaves(list, append(slices.Clip(path), name), v.values[name])
		}
	case []any:
		for _, element := range v {
			list = appendLeaves(list, path, element)
		}
	default:
		text, _ := plain(v)
		if raw, ok := v.(json.RawMessage); ok {
			text = string(raw)
		}
		if text != "" && len(list) < maxLeaves {
			list = append(list, leaf{path, text})
		}
	}
	return list
}

// find returns the values at a path of names, numbers and "*" with dots between
// them. A string that holds JSON is read where the path leads into it.
func find(v any, path string) []any {
	if path == "" {
		return []any{v}
	}
	name, rest, _ := strings.Cut(path, ".")
	switch v := v.(type) {
	case *object:
		if value, ok := v.values[name]; ok {
			return find(value, rest)
		}
	case []any:
		var found []any
		for i, element := range v {
			if name == "*" || name == strconv.Itoa(i) {
				found = append(found, find(element, rest)...)
			}
		}
		return found
	case string:
		if strings.HasPrefix(v, "{") {
			if o, ok := readValue([]byte(v)).(*object); ok {
				return find(o, path)
			}
		}
	}
	return nil
}

// values returns the plain values at the first of several paths that has any.
// The paths are separated by "|". A path that begins with "^" starts at the
// envelope of the event, other paths start at its detail. One that begins with "!" is
// the name of a value that [compute] makes. A character before the path changes its
// values:
//
//	~path   the last segment of an ARN or a path; ~~path the segment before it
//	=path   the text after the last slash
//	@path   a number of seconds or milliseconds as a time
//	#path   a whole number without the ".0" that some services add
//	%path   text that is encoded as in a form, decoded
func (d document) values(paths string) []string {
	for path := range strings.SplitSeq(paths, "|") {
		rest := strings.TrimLeft(path, "~=@#%")
		texts := d.at(rest)
		for _, modifier := range path[:len(path)-len(rest)] {
			for i := range texts {
				texts[i] = modify(texts[i], modifier, strings.Count(path, "~"))
			}
		}
		texts = slices.DeleteFunc(texts, func(s string) bool { return strings.TrimSpace(s) == "" || s == "null" })
		if len(texts) > 0 {
			return texts
		}
	}
	return nil
}

// at returns the plain values at one path.
func (d document) at(path string) (texts []string) {
	root := d.detail
	switch {
	case strings.HasPrefix(path, "!"):
		return compute(path[1:], d)
	case strings.HasPrefix(path, "^"):
		path, root = path[1:], d.envelope
	}
	for _, v := range find(root, path) {
		text, _ := plain(v)
		texts = append(texts, text)
	}
	return texts
}

func modify(text string, modifier rune, tail int) string {
	switch modifier {
	case '~':
		if strings.ContainsAny(text, "/:") {
			return segment(text, tail)
		}
	case '=':
		return lastSegment(text, "/")
	case '@':
		return timeOf(text)
	case '#':
		return strings.TrimSuffix(text, ".0")
	case '%':
		if decoded, err := url.QueryUnescape(text); err == nil {
			return decoded
		}
	}
	return text
}

// value returns the first of [document.values], or "".
func (d document) value(paths string) string { return first(d.values(paths)) }

// segment returns a segment of an ARN or a path. Its number n counts from the end, where
// the last one is 1.
func segment(text string, n int) string {
	segments := strings.FieldsFunc(text, func(r rune) bool { return r == '/' || r == ':' || r == '#' })
	if len(segments) < n {
		return ""
	}
	return segments[len(segments)-n]
}

// timeOf returns a number of seconds or milliseconds as a time, and any other text as it
// is.
func timeOf(text string) string {
	n, err := json.Number(text).Float64()
	const year2100 = 4102444800
	switch {
	case err != nil || n <= 0:
		return text
	case n < year2100:
		n *= 1000
	}
	if n >= year2100*1000 {
		return text
	}
	return time.UnixMilli(int64(n)).UTC().Format("2006-01-02T15:04:05.000Z")
}
