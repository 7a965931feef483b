package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/larkbridge/larkbridge/internal/awstest/busschema"
	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/pattern"
	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// object is a decoded JSON object.
type object = map[string]any

// TestJSON checks each JSON sample as what it is: a request, a detail of the bus, the
// pattern of a rule, a state machine, the settings of an app, the reply to a click.
func TestJSON(t *testing.T) {
	requests := requestSchema(t)
	for _, p := range readPages(t) {
		for _, b := range p.blocks {
			if b.language != "json" {
				continue
			}
			if err := checkJSON(requests, b.text); err != nil {
				t.Errorf("%s:%d: %v", p.file, b.line, err)
			}
		}
		for _, s := range p.spans { // requests in tables
			if isRequest(s.text) {
				if err := checkRequest(requests, s.text, nil); err != nil {
					t.Errorf("%s:%d: %v", p.file, s.line, err)
				}
			}
		}
	}
}

// requestSchema returns the schema of what send takes.
func requestSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(harness.Root(t), "schemas", "send.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// kinds are the kinds of JSON samples, and the fields by which a sample is known as one.
var kinds = []struct {
	name   string
	fields []string // one of them
	check  func(requests *jsonschema.Schema, text string, sample object) error
}{
	{"the pattern of a rule", []string{"detail-type"}, checkPattern},
	{"a state machine", []string{"StartAt", "States", "Resource"}, func(*jsonschema.Schema, string, object) error { return nil }},
	{"the scopes of an app", []string{"scopes"}, func(*jsonschema.Schema, string, object) error { return nil }},
	{"a policy", []string{"Statement"}, func(*jsonschema.Schema, string, object) error { return nil }},
	{"a target of a rule", []string{"InputTransformer"}, checkTarget},
	{"a detail of the bus", []string{"trace_id"}, checkDetail},
	{"the result of a request", []string{"ok"}, func(*jsonschema.Schema, string, object) error { return nil }},
	{"the settings of an app", []string{"app_id"}, checkSettings},
	{"the reply to a click", []string{"toast", "inline"}, checkReply},
	{"what a message says", []string{"mentions"}, func(*jsonschema.Schema, string, object) error { return nil }}, // lib/bus has a test of it
	{"the answer to a question", []string{"choice"}, checkAnswer},
	{"a request", nil, checkRequest},
}

func checkJSON(requests *jsonschema.Schema, text string) error {
	var sample object
	if err := json.Unmarshal([]byte(text), &sample); err != nil {
		return fmt.Errorf("the sample is not a JSON object: %w", err)
	}
	for _, kind := range kinds {
		if kind.fields != nil && !slices.ContainsFunc(kind.fields, func(name string) bool { _, ok := sample[name]; return ok }) {
			continue
		}
		if err := kind.check(requests, text, sample); err != nil {
			return fmt.Errorf("the sample as %s: %w", kind.name, err)
		}
		return nil
	}
	return nil
}

// checkAnswer checks what a workflow gets as the answer to a question.
func checkAnswer(_ *jsonschema.Schema, text string, _ object) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var result ask.Result
	if err := decoder.Decode(&result); err != nil {
		return fmt.Errorf("it is no answer: %w", err)
	}
	return nil
}

// verb finds the verb of a request: the one field whose value is an object.
var verb = regexp.MustCompile(`^\{"[a-z_]+": \{"[a-z_]+": `)

// isRequest reports whether code within a line is a request.
func isRequest(text string) bool {
	return verb.MatchString(text) && json.Valid([]byte(text))
}

func checkRequest(requests *jsonschema.Schema, text string, _ object) error {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return requests.Validate(doc)
}

func checkPattern(_ *jsonschema.Schema, text string, _ object) error {
	_, err := pattern.Compile([]byte(text))
	return err
}

// checkTarget checks the request that the template of a target makes.
func checkTarget(requests *jsonschema.Schema, _ string, sample object) error {
	transformer, _ := sample["InputTransformer"].(object)
	template, _ := transformer["InputTemplate"].(string)
	paths, _ := transformer["InputPathsMap"].(object)
	for _, name := range placeholder.FindAllString(template, -1) {
		if paths[strings.Trim(name, "<>")] == nil {
			return fmt.Errorf("the template has %s, which InputPathsMap has not", name)
		}
	}
	return checkRequest(requests, placeholder.ReplaceAllString(template, "value"), nil)
}

func checkDetail(_ *jsonschema.Schema, text string, sample object) error {
	header, _ := sample["header"].(object)
	eventType, _ := header["event_type"].(string)
	return busschema.Check(bus.Source, eventType, []byte(text))
}

func checkSettings(_ *jsonschema.Schema, text string, _ object) error {
	_, err := store.ParseApp(lark.DefaultApp, []byte(text))
	return err
}

func checkReply(_ *jsonschema.Schema, text string, _ object) error {
	_, err := lark.ParseCardReply([]byte(text))
	return err
}

func TestCheckJSON(t *testing.T) {
	requests := requestSchema(t)
	for text, good := range map[string]bool{
		`{"recall": {"message_id": "om_1"}}`:                                    true,
		`{"recall": {"message": "om_1"}}`:                                       false,
		`{"source": ["lark"], "detail-type": ["a"], "detail": {"a": {"b": 1}}}`: false,
		`{"source": ["lark"], "detail-type": ["a"]}`:                            true,
		`{"app_id": "cli_1", "app_secret": "s", "typo": 1}`:                     false,
		`{"toast": {"type": "success", "content": "Done"}}`:                     true,
		`{"trace_id": "x", "header": {"event_type": "a"}}`:                      false,
		`{"a": 1`: false,
	} {
		if err := checkJSON(requests, text); (err == nil) != good {
			t.Errorf("%s: got %v, want good %t", text, err, good)
		}
	}
}

func TestYAML(t *testing.T) {
	for _, p := range readPages(t) {
		for _, b := range p.blocks {
			if b.language != "yaml" {
				continue
			}
			var doc yaml.Node // keeps CloudFormation's tags
			if err := yaml.Unmarshal([]byte(b.text), &doc); err != nil {
				t.Errorf("%s:%d: %v", p.file, b.line, err)
			}
		}
	}
}

// packages are the packages that the Go samples use, by the names that they have there.
var packages = map[string]string{
	"context": "context", "errors": "errors", "fmt": "fmt", "http": "net/http", "json": "encoding/json", "log": "log", "os": "os", "slog": "log/slog", "time": "time",
	"httptest": "net/http/httptest", "testing": "testing",
	"lark": "github.com/larkbridge/larkbridge/lib/lark", "larktest": "github.com/larkbridge/larkbridge/lib/larktest",
	"store": "github.com/larkbridge/larkbridge/lib/store", "wire": "github.com/larkbridge/larkbridge/lib/wire",
}

// goFile makes a whole file of a Go sample: of declarations, or of statements, which then
// have a ctx, an app and a client.
func goFile(sample string) string {
	if strings.HasPrefix(sample, "package ") {
		return sample
	}
	var file strings.Builder
	file.WriteString("package sample\n\nimport (\n")
	declarations := false
	for line := range strings.Lines(sample) {
		declarations = declarations || strings.HasPrefix(line, "func ") || strings.HasPrefix(line, "type ")
	}
	body := sample
	if !declarations {
		body = "func _(ctx context.Context, app *lark.App, client *lark.Client, w http.ResponseWriter, r *http.Request) error {\n" + sample + "\nreturn nil\n}"
	}
	for name, path := range packages {
		if regexp.MustCompile(`\b` + name + `\.`).MatchString(body) {
			fmt.Fprintf(&file, "\t%q\n", path)
		}
	}
	return file.String() + ")\n\n" + body + "\n"
}

// TestGo compiles the Go samples.
func TestGo(t *testing.T) {
	root, folder := harness.Root(t), t.TempDir()
	overlay := map[string]string{}
	var targets []string
	where := map[string]string{}
	for _, p := range readPages(t) {
		for _, b := range p.blocks {
			if b.language != "go" || isChinese(p.file) { // TestLanguages compares the Chinese ones
				continue
			}
			name := fmt.Sprintf("sample%d", len(targets))
			written := filepath.Join(folder, name+".go")
			if err := os.WriteFile(written, []byte(goFile(b.text)), 0o644); err != nil {
				t.Fatal(err)
			}
			target := "./internal/docs/testdata/" + name
			overlay[filepath.Join(root, target, "sample.go")] = written
			targets = append(targets, target)
			where[name] = fmt.Sprintf("%s:%d", p.file, b.line)
		}
	}
	if len(targets) == 0 {
		t.Skip("no page has a Go sample")
	}
	doc, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "overlay.json")
	if err := os.WriteFile(file, doc, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := runProgram(t, root, nil, "go", append([]string{"build", "-overlay", file}, targets...)...); err != nil {
		t.Errorf("%v\n%s\nthe samples are %v", err, out, where)
	}
}

// TestScripts checks the syntax of the samples in Python and JavaScript.
func TestScripts(t *testing.T) {
	var python, javascript []block
	for _, p := range readPages(t) {
		for _, b := range p.blocks {
			switch b.language {
			case "python":
				python = append(python, b)
			case "js":
				javascript = append(javascript, b)
			}
		}
	}
	for _, b := range python {
		if out, err := runProgram(t, ".", []byte(b.text), harness.Python(t), "-c", "import ast, sys; ast.parse(sys.stdin.read())"); err != nil {
			t.Errorf("line %d: %v\n%s\n%s", b.line, err, out, b.text)
		}
	}
	for _, b := range javascript {
		out, err := runProgram(t, ".", []byte(b.text), "node", "--check", "--input-type=module", "-")
		if errors.Is(err, errNotInstalled) {
			t.Skip("left out: node is not installed")
		}
		if err != nil {
			t.Errorf("line %d: %v\n%s\n%s", b.line, err, out, b.text)
		}
	}
}

// The languages of the blocks are those that the tests of this package know.
func TestBlocksHaveALanguage(t *testing.T) {
	known := []string{"sh", "json", "yaml", "go", "python", "js", "text", "toml", "hcl", "typescript", ""}
	for _, p := range readPages(t) {
		for _, b := range p.blocks {
			if strings.HasPrefix(p.file, "docs/") && !slices.Contains(known, b.language) {
				t.Errorf("%s:%d: got a block of %q, want one of %q", p.file, b.line, b.language, known)
			}
		}
	}
}
