package request

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// strict decodes one JSON object and refuses unknown and repeated fields, at
// every level, and anything behind it. What is not valid Unicode becomes U+FFFD:
// half an emoji is no reason to lose a message. Its errors name fields, never
// values.
func strict(doc []byte, target any) error {
	err := json.Unmarshal(doc, target, json.RejectUnknownMembers(true), jsontext.AllowInvalidUTF8(true))
	var wrong *json.SemanticError
	var syntax *jsontext.SyntacticError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong) && wrong.JSONPointer != "":
		return wrongField(wrong)
	case errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName):
		return fmt.Errorf("field %q is given twice", dotted(syntax.JSONPointer))
	}
	return errors.New("the request is not one JSON object")
}

// want is an error of a value's own type: it says what the type takes.
type want string

func (w want) Error() string { return "want " + string(w) }

func wrongField(e *json.SemanticError) error {
	field := dotted(e.JSONPointer)
	if errors.Is(e.Err, json.ErrUnknownName) {
		return fmt.Errorf("field %q is not one that the request can have", field)
	}
	var own want
	if !errors.As(e.Err, &own) {
		own = wanted(e.GoType)
	}
	return fmt.Errorf("field %q: %w", field, own)
}

// wanted says in JSON's words what a Go type takes.
func wanted(t reflect.Type) want {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}

// maxPath is as much of a field's path as an error shows.
const maxPath = 120

// dotted writes the path of a field as an error shows it: message.to.chat_id.
func dotted(p jsontext.Pointer) string {
	var names []string
	for name := range p.Tokens() {
		names = append(names, name)
	}
	path := strings.Join(names, ".")
	if len(path) > maxPath {
		path = strings.ToValidUTF8(path[:maxPath], "") + "…"
	}
	return path
}

// field is a field that a request can have.
type field struct {
	name  string
	given bool
}

// oneGiven returns the name of the one field that is given. where is the path of
// the object that has them.
func oneGiven(where string, fields ...field) (string, error) {
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

// firstError returns the first error of several checks.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
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
func refused(where, other string, fields ...field) error {
	for _, f := range fields {
		if f.given {
			return fmt.Errorf("field %q does not go with %s", where+"."+f.name, other)
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
