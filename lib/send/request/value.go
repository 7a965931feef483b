package request

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Object is a JSON object without white space around its values and without
// escapes that JSON does not need. Numbers keep their digits.
type Object []byte

// UnmarshalJSON takes an object, or null for none.
func (o *Object) UnmarshalJSON(doc []byte) error {
	if string(doc) == "null" {
		*o = nil
		return nil
	}
	if doc[0] != '{' {
		return want("an object")
	}
	var err error
	if *o, err = jsontext.AppendFormat(nil, doc, jsontext.AllowInvalidUTF8(true)); err != nil {
		return want("an object")
	}
	return nil
}

// MarshalJSON writes the object.
func (o Object) MarshalJSON() ([]byte, error) {
	if o == nil {
		return []byte("null"), nil
	}
	return o, nil
}

// Time is a point in time, written as RFC 3339 text or as Unix seconds.
type Time time.Time

// UnmarshalJSON takes either form, or null for none.
func (m *Time) UnmarshalJSON(doc []byte) error {
	const form = want("a time such as 2026-01-31T09:00:00Z, or Unix seconds")
	if string(doc) == "null" {
		*m = Time{}
		return nil
	}
	if doc[0] == '"' {
		var t time.Time
		if t.UnmarshalJSON(doc) != nil {
			return form
		}
		*m = Time(t)
		return nil
	}
	const year10000 = 253402300800
	seconds, err := strconv.ParseFloat(string(doc), 64)
	if err != nil || seconds < 0 || seconds >= year10000 {
		return form
	}
	whole, fraction := math.Modf(seconds)
	*m = Time(time.Unix(int64(whole), int64(fraction*1e9)))
	return nil
}

// MarshalJSON writes the time as RFC 3339 text.
func (m Time) MarshalJSON() ([]byte, error) { return time.Time(m).MarshalJSON() }

// Raw is a body that is not JSON: text, or {"base64":"…"}. nil is none.
type Raw []byte

// UnmarshalJSON takes either form, or null for none.
func (r *Raw) UnmarshalJSON(doc []byte) error {
	const form = want(`a text, or {"base64":"…"} with padding`)
	var text string
	var other struct {
		Base64 *[]byte `json:"base64"`
	}
	switch {
	case string(doc) == "null":
		*r = nil
		return nil
	case json.Unmarshal(doc, &text) == nil:
		*r = Raw(text)
		return nil
	case strict(doc, &other) != nil || other.Base64 == nil:
		return form
	}
	*r = *other.Base64
	return nil
}

// Pages is the number of pages that are read; true in JSON is [maxPages].
type Pages int

// maxPages is the limit for a list that is asked for whole.
const maxPages = 100

// UnmarshalJSON takes true, false or a number.
func (p *Pages) UnmarshalJSON(doc []byte) error {
	switch string(doc) {
	case "true":
		*p = maxPages
	case "false", "null":
		*p = 0
	default:
		n, err := strconv.Atoi(string(doc))
		if err != nil || n < 1 {
			return want("true, or the largest number of pages")
		}
		*p = Pages(n)
	}
	return nil
}

// Text is a string, or a number as its digits.
type Text string

// UnmarshalJSON takes either.
func (t *Text) UnmarshalJSON(doc []byte) error {
	text, ok := scalar(doc)
	if !ok || doc[0] == 't' || doc[0] == 'f' {
		return want("a string or a number")
	}
	*t = Text(text)
	return nil
}

// Texts are the values of one parameter: a scalar, or a list of them. null
// stands for no value.
type Texts []string

// UnmarshalJSON takes either.
func (t *Texts) UnmarshalJSON(doc []byte) error {
	const form = want("a string, a number, true or false, or a list of them")
	*t = nil
	list := []json.RawMessage{doc}
	if doc[0] == '[' && json.Unmarshal(doc, &list) != nil {
		return form
	}
	for _, v := range list {
		if string(v) == "null" {
			continue
		}
		text, ok := scalar(v)
		if !ok {
			return form
		}
		*t = append(*t, text)
	}
	return nil
}

// scalar returns a value as Lark reads parameters, and reports whether it is one:
// booleans are in lower case, and numbers have the digits that they came with and no
// exponent.
func scalar(doc []byte) (text string, ok bool) {
	switch c := doc[0]; {
	case c == '"':
		err := json.Unmarshal(doc, &text)
		return text, err == nil
	case c == 't' || c == 'f':
		return string(doc), true
	case c != '-' && (c < '0' || c > '9'):
		return "", false
	}
	text = string(doc)
	if strings.ContainsAny(text, "eE") {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return "", false
		}
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	return text, true
}
