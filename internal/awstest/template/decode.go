package template

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// Int is a number that may be written as a text, as what Ref gives always is.
type Int int

func (n *Int) UnmarshalJSON(doc []byte) error {
	value, err := strconv.Atoi(string(bytes.Trim(doc, `"`)))
	if err != nil {
		return fmt.Errorf("not a whole number: %s", doc)
	}
	*n = Int(value)
	return nil
}

// Float is a number, also written as a text.
type Float float64

func (f *Float) UnmarshalJSON(doc []byte) error {
	value, err := strconv.ParseFloat(string(bytes.Trim(doc, `"`)), 64)
	if err != nil {
		return fmt.Errorf("not a number: %s", doc)
	}
	*f = Float(value)
	return nil
}

// Bool is true or false, or a text that says so.
type Bool bool

func (b *Bool) UnmarshalJSON(doc []byte) error {
	switch string(bytes.Trim(doc, `"`)) {
	case "true":
		*b = true
	case "false":
		*b = false
	default:
		return fmt.Errorf("neither true nor false: %s", doc)
	}
	return nil
}

// List is a list, or the one element that IAM takes for a list of one.
type List []string

func (l *List) UnmarshalJSON(doc []byte) error {
	if bytes.HasPrefix(doc, []byte("[")) {
		return json.Unmarshal(doc, (*[]string)(l))
	}
	*l = make(List, 1)
	return json.Unmarshal(doc, &(*l)[0])
}
