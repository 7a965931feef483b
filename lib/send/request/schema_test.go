package request

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// schema is the part of a JSON Schema that says which fields there are.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"`
	Properties map[string]schema `json:"properties"`
	Additional json.RawMessage   `json:"additionalProperties"`
	Items      *schema           `json:"items"`
	About      string            `json:"description"`

	Defs     map[string]schema `json:"$defs"`
	Examples []json.RawMessage `json:"examples"`
}

func readSchema(t *testing.T) schema {
	t.Helper()
	doc, err := os.ReadFile("../../../schemas/send.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(doc, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// resolve follows a reference.
func (s schema) resolve(t *testing.T, defs map[string]schema) schema {
	if s.Ref == "" {
		return s
	}
	name := strings.TrimPrefix(s.Ref, "#/$defs/")
	def, ok := defs[name]
	if !ok {
		t.Fatalf("there is no %s", s.Ref)
	}
	return def.resolve(t, defs)
}

// The schema and the Go types have the same fields, both ways and at every
// level, and the schema refuses others.
func TestSchemaHasTheFieldsOfTheTypes(t *testing.T) {
	root := readSchema(t)
	compare(t, "request", root.Defs["request"], root.Defs, reflect.TypeFor[Request]())
}

func compare(t *testing.T, where string, s schema, defs map[string]schema, typ reflect.Type) {
	s = s.resolve(t, defs)
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct:
		compare(t, where+"[]", *s.Items, defs, typ.Elem())
		return
	case typ.Kind() != reflect.Struct || typ == reflect.TypeFor[Time]():
		return
	}
	fields := jsonFields(typ)
	diff(t, slices.Sorted(maps.Keys(fields)), slices.Sorted(maps.Keys(s.Properties)))
	if string(s.Additional) != "false" {
		t.Errorf("%s takes other fields", where)
	}
	for name, field := range fields {
		if s.Properties[name].About == "" && s.Properties[name].resolve(t, defs).About == "" {
			t.Errorf("%s.%s has no description", where, name)
		}
		compare(t, where+"."+name, s.Properties[name], defs, field)
	}
}

// jsonFields are the fields of a struct, and of those it embeds.
func jsonFields(typ reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for f := range typ.Fields() {
		if f.Anonymous {
			maps.Copy(fields, jsonFields(f.Type))
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		fields[name] = f.Type
	}
	return fields
}

func TestExamples(t *testing.T) {
	examples := map[string]string{
		"message":     `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`,
		"update_card": `{"update_card":{"token":"c-1","card":{}}}`,
		"by message":  `{"update_card":{"message_id":"om_1","card":{}}}`,
		"upload":      `{"upload":{"image":{"s3":"s3://bucket/key"}}}`,
		"download":    `{"download":{"message_id":"om_1","file_key":"f","type":"file","to":"s3://bucket/key"}}`,
	}
	for _, doc := range readSchema(t).Examples {
		var batch struct {
			Requests []json.RawMessage `json:"requests"`
		}
		if err := strict(doc, &batch); err != nil {
			batch.Requests = []json.RawMessage{doc}
		}
		for _, one := range batch.Requests {
			examples[string(one)] = string(one)
		}
	}
	if len(examples) < 20 {
		t.Fatalf("there are %d examples", len(examples))
	}
	for name, doc := range examples {
		if _, err := newFixture(t).plan(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
