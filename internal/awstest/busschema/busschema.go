// Package busschema validates entries of the bus by the schemas in schemas/bus, so that
// tests find an entry that is not valid.
package busschema

import (
	"bytes"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/schemas"
)

// set is the compiled schemas.
type set struct {
	byTitle    map[string]*jsonschema.Schema
	documented map[string]*jsonschema.Schema // of the events themselves, by event type
}

// detailTitle is the title of the schema of all events.
const detailTitle = "The detail of an event of Lark"

var compiled = sync.OnceValues(compile)

func compile() (*set, error) {
	compiler := jsonschema.NewCompiler()
	files, err := fs.Glob(schemas.Bus, "bus/*.json")
	if err != nil {
		return nil, err
	}
	docs := map[string]map[string]any{} // by $id
	for _, name := range files {
		text, err := schemas.Bus.ReadFile(name)
		if err != nil {
			return nil, err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		object := doc.(map[string]any)
		id := object["$id"].(string)
		if err := compiler.AddResource(id, doc); err != nil {
			return nil, fmt.Errorf("adding %s: %w", name, err)
		}
		docs[id] = object
	}
	s := &set{map[string]*jsonschema.Schema{}, map[string]*jsonschema.Schema{}}
	for id, doc := range docs {
		title := doc["title"].(string)
		if s.byTitle[title], err = compiler.Compile(id); err != nil {
			return nil, fmt.Errorf("compiling %s: %w", id, err)
		}
		if definitions, ok := doc["$defs"].(map[string]any); ok && definitions["event"] != nil {
			if s.documented[title], err = compiler.Compile(id + "#/$defs/event"); err != nil {
				return nil, fmt.Errorf("compiling the event of %s: %w", id, err)
			}
		}
	}
	return s, nil
}

// Check returns what is wrong with the detail of an entry. An event of a type without
// a schema of its own must be valid under that of all events, a result of send must
// have a schema, and entries of other sources are not checked.
func Check(source, detailType string, detail []byte) error {
	s, err := compiled()
	if err != nil {
		return err
	}
	schema, ok := s.byTitle[detailType]
	switch {
	case source != bus.Source && source != bus.SendSource:
		return nil
	case !ok && source == bus.SendSource:
		return fmt.Errorf("no schema in schemas/bus has the title %q", detailType)
	case !ok:
		schema = s.byTitle[detailTitle]
	}
	if err := validate(schema, detail); err != nil {
		return fmt.Errorf("the detail of %s: %w in %s", detailType, err, detail)
	}
	return nil
}

// CheckDocumented returns what is wrong with an event of Lark by what Lark documents
// of its type. Check is not as strict, because Lark changes types.
func CheckDocumented(eventType string, event []byte) error {
	s, err := compiled()
	if err != nil {
		return err
	}
	schema, ok := s.documented[eventType]
	if !ok {
		return fmt.Errorf("no schema in schemas/bus says what Lark documents of %q", eventType)
	}
	return validate(schema, event)
}

func validate(schema *jsonschema.Schema, doc []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// Rule returns a target for [bus.Memory.Rule] that makes the test fail for each entry
// that is not as its schema says.
func Rule(t testing.TB) func(bus.Entry) {
	return func(e bus.Entry) {
		if err := Check(e.Source, e.DetailType, e.Detail); err != nil {
			t.Errorf("an entry was published that is not as its schema says: %v", err)
		}
	}
}
