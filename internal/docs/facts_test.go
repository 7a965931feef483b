package main

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
)

// answer is a platform that gives each call the same answer.
type answer string

func (a answer) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

// The page says "retried" of those of Lark's codes that are, and of no others.
func TestErrorCodes(t *testing.T) {
	const page = "docs/troubleshooting.md"
	tables := readPages(t)[page].tables
	digits := regexp.MustCompile(`\d+`)
	n := 0
	for _, row := range tables[len(tables)-1].rows[1:] {
		for _, code := range digits.FindAllString(row[0], -1) {
			app := &lark.App{Type: lark.Custom, AppID: "cli_1", AppSecret: "s", BaseURL: "https://open.example.com"}
			client := lark.NewClient(app, lark.WithHTTPClient(answer(`{"code":`+code+`,"msg":"no"}`)))
			_, err := client.Do(t.Context(), lark.Call{Method: http.MethodGet, Path: "a", Tokens: []lark.TokenType{lark.NoToken}})
			var failed *lark.Error
			if !errors.As(err, &failed) {
				t.Fatalf("%s: got %v, want an error of Lark's", code, err)
			}
			if want := strings.HasPrefix(row[2], "retried"); failed.Retryable != want {
				t.Errorf("%s: %s is retryable: got %t, want %t", page, code, failed.Retryable, want)
			}
			n++
		}
	}
	if n < 50 {
		t.Errorf("got %d codes, want those of the last table of %s", n, page)
	}
}

// The page about the architecture has a row for each package.
func TestPackages(t *testing.T) {
	var listed []string
	for _, s := range readPages(t)["docs/architecture.md"].spans {
		listed = append(listed, s.text)
	}
	for _, folder := range []string{"functions", "lib", "internal", "cmd"} {
		entries, err := os.ReadDir(filepath.Join(harness.Root(t), folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if name := folder + "/" + entry.Name(); entry.IsDir() && !slices.Contains(listed, name) {
				t.Errorf("docs/architecture.md: got no row for %s, want one", name)
			}
		}
	}
}

// The verbs with scopes are those that a request can have.
func TestVerbsHaveScopes(t *testing.T) {
	var listed []string
	for _, row := range findTable(t, "docs/console.md", "verb") {
		for _, m := range codeSpan.FindAllStringSubmatch(row[0], -1) {
			listed = append(listed, m[1])
		}
	}
	for _, row := range findTable(t, "docs/send.md", "verb") {
		for _, m := range regexp.MustCompile("^`\\{\"([a-z_]+)\"").FindAllStringSubmatch(row[1], -1) {
			if !slices.Contains(listed, m[1]) {
				t.Errorf("docs/console.md: got no scopes for %s, want them", m[1])
			}
		}
	}
}

// findTable returns the rows of the table of a page whose first heading is this one.
func findTable(t *testing.T, file, heading string) [][]string {
	t.Helper()
	for _, table := range readPages(t)[file].tables {
		if table.rows[0][0] == heading {
			return table.rows[1:]
		}
	}
	t.Fatalf("%s: got no table with %s, want one", file, heading)
	return nil
}

// camelCase is how parameters and outputs of the template are written, and metrics.
var camelCase = regexp.MustCompile(`^[A-Z][a-z]+([A-Z][a-zA-Z]*)+$`)

// otherNames are names of AWS and of Lark that are written in the same manner.
var otherNames = []string{"InputPathsMap", "InputTransformer", "OnSuccess", "OnFailure", "ErrCode", "SecureString", "ConverseStream", "TimeoutSeconds"}

// The parameters, outputs and metrics that the pages name are there.
func TestNames(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(harness.Root(t), "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Parameters map[string]any `yaml:"Parameters"`
		Outputs    map[string]any `yaml:"Outputs"`
		Resources  map[string]any `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	known := slices.Concat(otherNames, slices.Collect(maps.Keys(template.Parameters)), slices.Collect(maps.Keys(template.Outputs)),
		slices.Collect(maps.Keys(template.Resources)))
	for _, name := range metric.All() {
		known = append(known, string(name))
	}
	for _, p := range readPages(t) {
		if strings.HasPrefix(p.file, "examples/") {
			continue // an example has a template of its own
		}
		if slices.Contains([]string{"migrate.md", "deploy.md", "regions.md", "CONTRIBUTING.md", "CHANGELOG.md"}, path.Base(p.file)) {
			continue // these pages have names of SDKs and of other tools
		}
		for _, s := range p.spans {
			if camelCase.MatchString(s.text) && !strings.HasPrefix(s.text, "Test") && !slices.Contains(known, s.text) {
				t.Errorf("%s:%d: got %s, want a parameter, output or metric of the template", p.file, s.line, s.text)
			}
		}
	}
}
