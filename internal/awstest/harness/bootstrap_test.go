package harness

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Every package that is linked into a function is in a folder of the sources.
func TestSourceFolders(t *testing.T) {
	const module = "github.com/larkbridge/larkbridge/"
	for _, path := range list(t, "-deps", "./functions/...") {
		folder, ours := strings.CutPrefix(path, module)
		below := func(source string) bool { return strings.HasPrefix(folder+"/", source+"/") }
		if ours && (!slices.ContainsFunc(sourceFolders, below) || strings.Contains(folder, "larktest")) {
			t.Errorf("%s: got a package outside of %q, want none", path, sourceFolders)
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
