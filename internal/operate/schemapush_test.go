package operate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	registry "github.com/aws/aws-sdk-go-v2/service/schemas"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/larkbridge/larkbridge/internal/awstest/fakeaws"
	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/schemas"
)

var update = flag.Bool("update", false, "write the golden files anew")

// pushed is a registry and what is pushed into it.
type pushed struct {
	operate.SchemaPush
	registries *fakeaws.Registries
	out        *printed
}

func newPush(t *testing.T) pushed {
	t.Helper()
	registries, out := &fakeaws.Registries{}, &printed{}
	server := httptest.NewServer(registries)
	t.Cleanup(server.Close)
	client := registry.NewFromConfig(aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: keys,
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	})
	folder, err := fs.Sub(schemas.Bus, "bus")
	if err != nil {
		t.Fatal(err)
	}
	return pushed{operate.SchemaPush{Registry: client, Name: "team", Schemas: folder, Progress: func(int, int) {}}, registries, out}
}

func (p pushed) push(t *testing.T) {
	t.Helper()
	if err := p.out.add(p.Push(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func TestPushMayBeRepeated(t *testing.T) {
	p := newPush(t)
	p.push(t)
	files, err := fs.Glob(p.Schemas, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	want := len(files) - 2 // detail.json and result.json describe no detail type of their own
	if got := p.registries.Writes(); got != want+1 || !strings.Contains(p.out.String(), "created    larkbridge@im.message.receive_v1\n") {
		t.Errorf("got %d writes, want a registry and %d schemas:\n%s", got, want, p.out)
	}
	p.out.Reset()
	p.push(t)
	if got := p.registries.Writes(); got != want+1 {
		t.Errorf("got %d writes after a second push, want %d:\n%s", got, want+1, p.out)
	}
	const changed = "larkbridge@LarkSendFailed"
	content := p.registries.Content("team", changed)
	p.registries.Put("team", changed, `{"openapi":"3.0.0"}`)
	p.out.Reset()
	p.push(t)
	if got := p.registries.Content("team", changed); got != content {
		t.Errorf("got %s after an update, want %s", got, content)
	}
	if got, want := p.out.String(), "updated    "+changed+"\nRegistry team: 0 schemas created, 1 updated, "; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPushSaysWhatIsMissing(t *testing.T) {
	p := newPush(t)
	p.registries.Refuse("ForbiddenException")
	_, err := p.Push(t.Context())
	if want := "making the registry team: ForbiddenException: refused; your credentials need schemas:DescribeRegistry and schemas:CreateRegistry"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	p.registries.Refuse("")
	p.Registry = refusingSchemas{p.Registry}
	_, err = p.Push(t.Context())
	if want := "your credentials need schemas:DescribeSchema, schemas:CreateSchema and schemas:UpdateSchema"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// refusingSchemas is a registry in which nobody may create a schema.
type refusingSchemas struct{ operate.Registry }

func (refusingSchemas) CreateSchema(context.Context, *registry.CreateSchemaInput, ...func(*registry.Options)) (*registry.CreateSchemaOutput, error) {
	return nil, refusal("AccessDeniedException")
}

func TestPushReportsWrongSchemas(t *testing.T) {
	for want, file := range map[string]string{
		"reading the schema a.json":                                `{`,
		"converting the schema a: there is no #/$defs/b":           `{"title":"a","properties":{"b":{"$ref":"#/$defs/b"}}}`,
		"converting the schema a: there is no other.json":          `{"title":"a","$ref":"other.json"}`,
		"converting the schema a: two components have the name AB": `{"title":"a","properties":{"b":{"properties":{}},"c":{"$ref":"#/$defs/a_b"}},"$defs":{"a_b":{"properties":{"d":{}}}}}`,
	} {
		p := newPush(t)
		p.Schemas = fstest.MapFS{"a.json": {Data: []byte(file)}}
		if _, err := p.Push(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestOpenAPI compares documents of each kind with the golden files.
func TestOpenAPI(t *testing.T) {
	p := newPush(t)
	p.push(t)
	for _, name := range []string{"im.message.receive_v1", "card.action.trigger", "LarkSendFailed"} {
		var got bytes.Buffer
		if err := json.Indent(&got, []byte(p.registries.Content("team", "larkbridge@"+name)), "", "  "); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "openapi", name+".json")
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestOpenAPIRefuses validates events by the documents, which is possible because
// their keywords are JSON Schema too.
func TestOpenAPIRefuses(t *testing.T) {
	p := newPush(t)
	p.push(t)
	const event = `{"version":"0","id":"1","account":"1","region":"r","time":"2026-01-01T00:00:00Z","source":"larkbridge.send","resources":[],"detail-type":"Lark Send Failed",` +
		`"detail":{"id":"1","source":"sqs","result":{"ok":false,"code":7,"msg":"no","error":{"kind":"server","code":7,"msg":"no","retryable":true}}}}`
	schema := compileOpenAPI(t, p.registries.Content("team", "larkbridge@LarkSendFailed"))
	for replaced, valid := range map[string]bool{
		``:                               true,
		`"error":`:                       false, // "cause" instead
		`"retryable":true`:               false,
		`"source":"sqs",`:                false,
		`"detail-type":`:                 false,
		`"time":"2026-01-01T00:00:00Z",`: false,
	} {
		doc := strings.Replace(event, replaced, strings.NewReplacer("error", "cause", "retryable", "again", "source", "from", "detail-type", "type", "time", "at").Replace(replaced), 1)
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(doc))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != valid {
			t.Errorf("without %s: got %v, want valid to be %v", replaced, err, valid)
		}
	}
}

// TestOpenAPIDocuments compiles all of them, so that each reference is to a component.
func TestOpenAPIDocuments(t *testing.T) {
	p := newPush(t)
	p.push(t)
	files, err := fs.Glob(p.Schemas, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name, _ := strings.CutSuffix(file, ".json")
		if content := p.registries.Content("team", "larkbridge@"+name); content != "" {
			compileOpenAPI(t, content)
			if strings.Contains(content, `"$ref":"#/$defs`) || strings.Contains(content, `"anyOf"`) || strings.Contains(content, `"const"`) {
				t.Errorf("%s has what OpenAPI 3.0 does not know: %s", name, content)
			}
		}
	}
}

func compileOpenAPI(t *testing.T, content string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("test:openapi", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("test:openapi#/components/schemas/AWSEvent")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
