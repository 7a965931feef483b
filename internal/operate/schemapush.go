package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/schemas"
	"github.com/aws/aws-sdk-go-v2/service/schemas/types"
)

// Registry is the part of the client of EventBridge's schema registries that
// [SchemaPush] uses.
type Registry interface {
	DescribeRegistry(context.Context, *schemas.DescribeRegistryInput, ...func(*schemas.Options)) (*schemas.DescribeRegistryOutput, error)
	CreateRegistry(context.Context, *schemas.CreateRegistryInput, ...func(*schemas.Options)) (*schemas.CreateRegistryOutput, error)
	DescribeSchema(context.Context, *schemas.DescribeSchemaInput, ...func(*schemas.Options)) (*schemas.DescribeSchemaOutput, error)
	CreateSchema(context.Context, *schemas.CreateSchemaInput, ...func(*schemas.Options)) (*schemas.CreateSchemaOutput, error)
	UpdateSchema(context.Context, *schemas.UpdateSchemaInput, ...func(*schemas.Options)) (*schemas.UpdateSchemaOutput, error)
}

// SchemaPush puts the schemas of what comes on the bus into a schema registry, from
// which EventBridge generates code bindings.
type SchemaPush struct {
	Registry Registry
	Name     string // of the registry
	Schemas  fs.FS  // the folder of the JSON Schemas
	// Progress is called before each schema with its number and how many there are.
	Progress func(n, of int)
}

// Pushed is what became of the schemas of a registry.
type Pushed struct {
	Registry  string   `json:"registry"`
	Created   []string `json:"created"`
	Updated   []string `json:"updated"`
	Unchanged int      `json:"unchanged"`
}

// Write writes what became of the schemas as text.
func (p Pushed) Write(w io.Writer) {
	for _, name := range p.Created {
		fmt.Fprintf(w, "created    %s\n", name)
	}
	for _, name := range p.Updated {
		fmt.Fprintf(w, "updated    %s\n", name)
	}
	fmt.Fprintf(w, "Registry %s: %d schemas created, %d updated, %d unchanged.\n", p.Registry, len(p.Created), len(p.Updated), p.Unchanged)
}

// bases are the schemas that others refer to. No detail type is described by them alone.
var bases = [...]string{"detail", "result"}

// Push makes the registry if it is missing, and then creates each schema that is
// missing and updates each one that differs. It may be repeated.
func (p *SchemaPush) Push(ctx context.Context) (Pushed, error) {
	pushed := Pushed{Registry: p.Name, Created: []string{}, Updated: []string{}}
	all, err := readSchemas(p.Schemas)
	if err != nil {
		return pushed, err
	}
	if err := p.ensureRegistry(ctx); err != nil {
		return pushed, err
	}
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(name string) bool { return slices.Contains(bases[:], name) })
	for i, name := range names {
		p.Progress(i+1, len(names))
		doc, err := openAPI(all, name)
		if err != nil {
			return pushed, err
		}
		what, err := p.put(ctx, "larkbridge@"+name, doc)
		if err != nil {
			return pushed, fmt.Errorf("putting the schema %s: %s%s", name, reason(err), needs(err, "schemas:DescribeSchema, schemas:CreateSchema and schemas:UpdateSchema"))
		}
		switch what {
		case created:
			pushed.Created = append(pushed.Created, "larkbridge@"+name)
		case updated:
			pushed.Updated = append(pushed.Updated, "larkbridge@"+name)
		default:
			pushed.Unchanged++
		}
	}
	return pushed, nil
}

// What became of a schema.
const (
	created   = "created"
	updated   = "updated"
	unchanged = "unchanged"
)

func (p *SchemaPush) ensureRegistry(ctx context.Context) error {
	_, err := p.Registry.DescribeRegistry(ctx, &schemas.DescribeRegistryInput{RegistryName: &p.Name})
	if isNotFound(err) {
		_, err = p.Registry.CreateRegistry(ctx, &schemas.CreateRegistryInput{
			RegistryName: &p.Name, Description: aws.String("What Larkbridge puts on its bus"),
		})
	}
	if err != nil {
		return fmt.Errorf("making the registry %s: %s%s", p.Name, reason(err), needs(err, "schemas:DescribeRegistry and schemas:CreateRegistry"))
	}
	return nil
}

// put creates or updates one schema and returns what it did.
func (p *SchemaPush) put(ctx context.Context, name string, doc object) (string, error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return "", err
	}
	content, info := string(text), doc["info"].(object)
	description, _ := info["description"].(string)
	known, err := p.Registry.DescribeSchema(ctx, &schemas.DescribeSchemaInput{RegistryName: &p.Name, SchemaName: &name})
	switch {
	case isNotFound(err):
		_, err = p.Registry.CreateSchema(ctx, &schemas.CreateSchemaInput{
			RegistryName: &p.Name, SchemaName: &name, Type: types.TypeOpenApi3, Content: &content, Description: &description,
		})
		return created, err
	case err != nil:
		return "", err
	case sameJSON(aws.ToString(known.Content), content):
		return unchanged, nil
	}
	_, err = p.Registry.UpdateSchema(ctx, &schemas.UpdateSchemaInput{
		RegistryName: &p.Name, SchemaName: &name, Type: types.TypeOpenApi3, Content: &content, Description: &description,
	})
	return updated, err
}

func isNotFound(err error) bool {
	_, ok := errors.AsType[*types.NotFoundException](err)
	return ok
}

// sameJSON reports whether two documents have the same value.
func sameJSON(a, b string) bool {
	var left, right any
	return json.Unmarshal([]byte(a), &left) == nil && json.Unmarshal([]byte(b), &right) == nil && reflect.DeepEqual(left, right)
}
