package pattern

import (
	"bytes"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// The kinds of a value that are compared with a name.
const (
	object jsontext.Kind = '{'
	array  jsontext.Kind = '['
	str    jsontext.Kind = '"'
	number jsontext.Kind = '0'
)

// value is a JSON value that keeps the order of its members and the text of its
// numbers: patterns depend on both.
type value struct {
	kind     jsontext.Kind
	text     string // of a string, its characters; of any other scalar, its JSON
	members  []member
	elements []value
}

type member struct {
	name string
	value
}

// read reads one JSON value. A name may stand in an object twice, as for AWS.
func read(doc []byte) (value, error) {
	d := jsontext.NewDecoder(bytes.NewReader(doc), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	v, err := readValue(d)
	if err != nil {
		return value{}, err
	}
	if _, err := d.ReadToken(); err != io.EOF { //nolint:errorlint // it is io.EOF itself if there is nothing more
		return value{}, errMore
	}
	return v, nil
}

func readValue(d *jsontext.Decoder) (value, error) {
	token, err := d.ReadToken()
	if err != nil {
		return value{}, err
	}
	v := value{kind: token.Kind()}
	switch v.kind {
	case object:
		for d.PeekKind() != '}' {
			name, err := d.ReadToken()
			if err != nil {
				return value{}, err
			}
			m := member{name: name.String()}
			if m.value, err = readValue(d); err != nil {
				return value{}, err
			}
			v.members = append(v.members, m)
		}
		_, err = d.ReadToken()
	case array:
		for d.PeekKind() != ']' {
			element, err := readValue(d)
			if err != nil {
				return value{}, err
			}
			v.elements = append(v.elements, element)
		}
		_, err = d.ReadToken()
	default:
		v.text = token.String()
	}
	return v, err
}

// nested returns the value with {"a":{"b":1}} in place of {"a.b":1}: Event Ruler joins
// the names of a path with dots, so it sees no difference.
func (v value) nested() value {
	n := value{kind: v.kind, text: v.text}
	for _, e := range v.elements {
		n.elements = append(n.elements, e.nested())
	}
	for _, m := range v.members {
		names := strings.Split(m.name, ".")
		inner := m.nested()
		for i := len(names) - 1; i > 0; i-- {
			inner = value{kind: object, members: []member{{names[i], inner}}}
		}
		n.members = append(n.members, member{names[0], inner})
	}
	return n
}

// scalar reports whether the value is neither an object nor an array.
func (v value) scalar() bool { return v.kind != object && v.kind != array }
