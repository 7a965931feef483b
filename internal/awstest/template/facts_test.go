package template_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
	"github.com/larkbridge/larkbridge/lib/metric"
)

// facts is what the repository's code does, apart from the template.
type facts struct {
	folder  map[string]string   // below functions/, by the function's logical id
	calls   map[string][]string // of AWS, by folder, as IAM calls them
	metrics map[string][]string // that are counted, with their dimensions
	runbook map[string]bool     // its sections
}

func gather(t *testing.T) facts {
	t.Helper()
	root := harness.Root(t)
	f := facts{folder: make(map[string]string), calls: make(map[string][]string), metrics: counted(t, root), runbook: make(map[string]bool)}
	// SAM runs the Makefile's target of a function: that says what it is made of.
	target := regexp.MustCompile(`(?m)^build-(\w+):\n\t.* \./functions/(\w+)$`)
	for _, found := range target.FindAllStringSubmatch(read(t, root, "Makefile"), -1) {
		f.folder[found[1]] = found[2]
		f.calls[found[2]] = calls(t, root, found[2])
	}
	for _, found := range regexp.MustCompile(`(?m)^## (\S+)$`).FindAllStringSubmatch(read(t, root, "docs", "runbook.md"), -1) {
		f.runbook[found[1]] = true
	}
	return f
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// counted finds the names that the packages of the functions count by.
func counted(t *testing.T, root string) map[string][]string {
	t.Helper()
	by := map[string][]string{
		"Count":    dimensions(t, func(c *metric.Counter) { c.Count("x") }),
		"CountApp": dimensions(t, func(c *metric.Counter) { c.CountApp("x", "app") }),
	}
	names := make(map[string][]string)
	for _, file := range sources(t, filepath.Join(root, "lib", "gateway"), filepath.Join(root, "lib", "send")) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || by[method.Sel.Name] == nil {
				return true
			}
			if name, ok := call.Args[0].(*ast.BasicLit); ok {
				names[strings.Trim(name.Value, `"`)] = by[method.Sel.Name]
			}
			return true
		})
	}
	return names
}

// dimensions are the ones of the metric that count writes.
func dimensions(t *testing.T, count func(*metric.Counter)) []string {
	t.Helper()
	var out bytes.Buffer
	count(metric.New(&out, template.Stack, "function", time.Now))
	var line struct {
		AWS struct {
			CloudWatchMetrics [1]struct{ Dimensions [1][]string }
		} `json:"_aws"`
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(slices.Values(line.AWS.CloudWatchMetrics[0].Dimensions[0]))
}

// sources parses the Go files of some folders, but for the tests.
func sources(t *testing.T, folders ...string) []*ast.File {
	t.Helper()
	var files []*ast.File
	for _, folder := range folders {
		paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		paths = slices.DeleteFunc(paths, func(path string) bool { return strings.HasSuffix(path, "_test.go") })
		for _, path := range paths {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
	}
	return files
}
