package operate

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"

	"strings"

	"github.com/larkbridge/larkbridge/lib/bus"
)

// object is a decoded JSON object.
type object = map[string]any

// readSchemas decodes the JSON Schemas of a folder, by their names without .json.
func readSchemas(folder fs.FS) (map[string]object, error) {
	files, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, fmt.Errorf("listing the schemas: %w", err)
	}
	all := map[string]object{}
	for _, file := range files {
		text, err := fs.ReadFile(folder, file)
		if err != nil {
			return nil, fmt.Errorf("reading the schemas: %w", err)
		}
		var schema object
		if err := json.Unmarshal(text, &schema); err != nil {
			return nil, fmt.Errorf("reading the schema %s: %w", file, err)
		}
		all[strings.TrimSuffix(file, ".json")] = schema
	}
	return all, nil
}

// openAPI converts one of the JSON Schemas of details into an OpenAPI 3.0 document
// from which EventBridge generates code bindings: its component AWSEvent is the whole
// event. What OpenAPI 3.0 cannot say is left out, so that the document accepts more
// than the JSON Schema.
func openAPI(schemas map[string]object, name string) (object, error) {
	c := converter{schemas: schemas, components: object{}}
	root := schemas[name]
	title, _ := root["title"].(string)
	source := bus.Source
	if root["$ref"] == "result.json" {
		source = bus.SendSource
	}
	detail := c.convert(name, pascal(title), root)
	if c.err != nil {
		return nil, fmt.Errorf("converting the schema %s: %w", name, c.err)
	}
	text := object{"type": "string"}
	c.components["AWSEvent"] = object{
		"type":                        "object",
		"required":                    []any{"account", "detail", "detail-type", "id", "region", "resources", "source", "time", "version"},
		"x-amazon-events-source":      source,
		"x-amazon-events-detail-type": title,
		"properties": object{
			"account": text, "detail": detail, "detail-type": text, "id": text, "region": text,
			"resources": object{"type": "array", "items": text},
			"source":    text, "time": object{"type": "string", "format": "date-time"}, "version": text,
		},
	}
	return object{
		"openapi":    "3.0.0",
		"info":       object{"title": title, "version": "1.0.0", "description": root["description"]},
		"paths":      object{},
		"components": object{"schemas": c.components},
	}, nil
}

// converter collects the components of one document.
type converter struct {
	schemas    map[string]object
	components object
	err        error // the first
}

// convert returns a part of a schema as OpenAPI 3.0 has it. An object with properties
// becomes a component, and the result is a reference to it. Its name is that of its
// definition, else name.
func (c *converter) convert(in, name string, schema object) object {
	if choices, ok := schema["anyOf"].([]any); ok && choices[len(choices)-1] == true {
		schema, _ = choices[0].(object) // what Lark documents, without "or anything else"
	}
	if ref, ok := schema["$ref"].(string); ok {
		target, of, definition := c.resolve(in, ref)
		if definition != "" {
			name = pascal(definition)
		}
		schema, in = merge(target, withFile(removeNames(schema, "$ref", "description"), in)), of
	}
	out := c.keywords(in, name, schema)
	if out["properties"] == nil {
		return out
	}
	if known := c.components[name]; known != nil && !reflect.DeepEqual(known, out) {
		c.fail("two components have the name %s", name)
	}
	c.components[name] = out
	return object{"$ref": "#/components/schemas/" + name}
}

// keywords converts a part without a reference: the keywords that both languages have.
func (c *converter) keywords(in, name string, schema object) object {
	out := object{}
	for _, keyword := range []string{"description", "type", "required", "enum", "pattern", "minimum", "minLength"} {
		if value, ok := schema[keyword]; ok {
			out[keyword] = value
		}
	}
	if out["enum"] != nil && out["type"] == nil {
		out["type"] = "string"
	}
	if items, ok := schema["items"].(object); ok {
		out["items"] = c.convert(in, name, items)
	}
	if all, ok := schema["properties"].(object); ok {
		properties := object{}
		for property, value := range all {
			if below, ok := value.(object); ok { // else it is false: the property is never there
				properties[property] = c.convert(in, name+pascal(property), below)
			}
		}
		out["properties"] = properties
	}
	return out
}

// resolve returns what a reference in a schema is to, which schema has it, and the
// name of its definition, "" for a whole schema.
func (c *converter) resolve(in, ref string) (target object, of, definition string) {
	file, definition, _ := strings.Cut(ref, "#/$defs/")
	if of = strings.TrimSuffix(file, ".json"); of == "" {
		of = in
	}
	target, ok := c.schemas[of]
	if definition != "" {
		definitions, _ := target["$defs"].(object)
		target, ok = definitions[definition].(object)
	}
	if !ok {
		c.fail("there is no %s", ref)
	}
	return target, of, definition
}

func (c *converter) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// withFile returns a value of a schema in which each reference names its file, so that
// the value can be merged into another schema.
func withFile[T any](value T, file string) T {
	var change func(any) any
	change = func(value any) any {
		switch value := value.(type) {
		case object:
			out := object{}
			for name, member := range value {
				out[name] = change(member)
				if ref, ok := member.(string); ok && name == "$ref" && strings.HasPrefix(ref, "#") {
					out[name] = file + ".json" + ref
				}
			}
			return out
		case []any:
			out := make([]any, len(value))
			for i, item := range value {
				out[i] = change(item)
			}
			return out
		}
		return value
	}
	return change(value).(T)
}

func removeNames(schema object, names ...string) object {
	rest := maps.Clone(schema)
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}

// merge returns base with what more adds to it, member by member.
func merge(base, more object) object {
	out := object{}
	maps.Copy(out, base)
	for name, value := range more {
		below, isObject := out[name].(object)
		if added, ok := value.(object); ok && isObject {
			value = merge(below, added)
		}
		if list, ok := value.([]any); ok && name == "required" {
			known, _ := out[name].([]any)
			value = append(slices.Clone(known), list...)
		}
		out[name] = value
	}
	return out
}

// pascal returns a name of JSON as that of a type: UserId for user_id.
func pascal(name string) string {
	var out strings.Builder
	for segment := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '.' || r == '_' || r == ' ' }) {
		out.WriteString(strings.ToUpper(segment[:1]) + segment[1:])
	}
	return out.String()
}
