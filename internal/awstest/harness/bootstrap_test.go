package harness

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A binary is old when a source changes that it is built from, and only then.
func TestNotInFunctions(t *testing.T) {
	linked := list(t, "-deps", "./functions/...")
	for _, path := range list(t, "-f", "{{if .GoFiles}}{{.ImportPath}}{{end}}", "./...") {
		looked := !strings.Contains(path+"/", "/larktest/") && slices.ContainsFunc(inFunctions, func(folder string) bool {
			return strings.HasPrefix(path+"/", "github.com/larkbridge/larkbridge/"+folder+"/")
		})
		if looked != slices.Contains(linked, path) {
			t.Errorf("%s: linked into a function %v, looked at %v", path, !looked, looked)
		}
	}
}

// list returns the packages that `go list` names.
func list(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Dir = Root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}
