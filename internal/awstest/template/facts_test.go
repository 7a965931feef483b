package template_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/metric"
)

// facts is what the repository's code does, apart from the template.
type facts struct {
	folder  map[string]string   // below functions/, by the function's logical id
	calls   map[string][]string // of AWS, by folder, as IAM calls them
	metrics map[string][]string // that are counted, with their dimensions
	runbook map[string]bool     // its sections

	keyPrefixes map[string]bool // of the keys of the table
}

func gather(t *testing.T) facts {
	t.Helper()
	root := harness.Root(t)
	f := facts{folder: make(map[string]string), calls: make(map[string][]string), metrics: counted(), runbook: make(map[string]bool)}
	// SAM runs the Makefile's target of a function: that says what it is made of.
	target := regexp.MustCompile(`(?m)^build-(\w+):\n\t.* \./functions/(\w+)$`)
	for _, found := range target.FindAllStringSubmatch(read(t, root, "Makefile"), -1) {
		f.folder[found[1]] = found[2]
		f.calls[found[2]] = calls(t, root, found[2])
	}
	for _, found := range regexp.MustCompile(`(?m)^## (\S+)$`).FindAllStringSubmatch(read(t, root, "docs", "runbook.md"), -1) {
		f.runbook[found[1]] = true
	}
	f.keyPrefixes = keyPrefixes(t, filepath.Join(root, "lib", "store"))
	maps.Copy(f.keyPrefixes, keyPrefixes(t, filepath.Join(root, "lib", "ask")))
	maps.Copy(f.keyPrefixes, keyPrefixes(t, filepath.Join(root, "lib", "stream")))
	return f
}

// keyPrefixes returns the texts in a package that a key begins with, such as
// evt#.
func keyPrefixes(t *testing.T, folder string) map[string]bool {
	prefixes := make(map[string]bool)
	for _, file := range sources(t, folder) {
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && regexp.MustCompile(`^"[a-z]+#"$`).MatchString(literal.Value) {
				prefixes[strings.Trim(literal.Value, `"`)] = true
			}
			return true
		})
	}
	return prefixes
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// counted returns the metrics of the functions with their dimensions, sorted.
func counted() map[string][]string {
	names := make(map[string][]string)
	for _, name := range metric.All() {
		names[string(name)] = slices.Sorted(slices.Values(name.Dimensions()))
	}
	return names
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
