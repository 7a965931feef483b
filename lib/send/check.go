package send

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// field is a field that a request can have.
type field struct {
	name  string
	given bool
}

// only returns the name of the one field that is given. where is the path of
// the object that has them.
func only(where string, fields ...field) (string, error) {
	var one string
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
		switch {
		case f.given && one != "":
			return "", fmt.Errorf("field %q: both %s and %s are given", where, one, f.name)
		case f.given:
			one = f.name
		}
	}
	if one == "" {
		return "", fmt.Errorf("field %q: give one of %s", where, strings.Join(names, ", "))
	}
	return one, nil
}

// required refuses fields that are missing.
func required(where string, fields ...field) error {
	for _, f := range fields {
		if !f.given {
			return fmt.Errorf("field %q is missing", where+"."+f.name)
		}
	}
	return nil
}

// refused refuses fields that do not go with another one.
func refused(where, with string, fields ...field) error {
	for _, f := range fields {
		if f.given {
			return fmt.Errorf("field %q does not go with %s", where+"."+f.name, with)
		}
	}
	return nil
}

// oneOf refuses a value that is not one of those a field takes.
func oneOf(where, value string, options ...string) error {
	if slices.Contains(options, value) {
		return nil
	}
	return fmt.Errorf("field %q: want one of %s", where, strings.Join(options, ", "))
}

// encode writes JSON without escaping <, > and &: Lark counts the bytes.
func encode(v any) ([]byte, error) {
	doc, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encoding the call: %w", err)
	}
	return doc, nil
}
