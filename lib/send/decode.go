package send

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// strict decodes one JSON object and refuses unknown and repeated fields, at
// every level, and anything behind it. Its errors name fields, never values.
func strict(doc []byte, target any) error {
	err := json.Unmarshal(doc, target, json.RejectUnknownMembers(true))
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
