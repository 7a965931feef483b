package harness

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Bootstrap returns the binary of a function of this repository, as
// `make test-binaries` builds it for this machine. Where it is missing the test
// is skipped, or fails as [StartEmulator] does; where it is older than the
// sources the test fails, because it would test something else.
func Bootstrap(t testing.TB, function string) string {
	t.Helper()
	root := Root(t)
	path := filepath.Join(root, ".build", "test", function, "bootstrap")
	info, err := os.Stat(path)
	switch {
	case err == nil:
	case os.Getenv("LARKBRIDGE_REQUIRE_EMULATOR") == "1":
		t.Fatal(err)
	default:
		t.Skip("left out: needs the functions' binaries; `make test-binaries` builds them")
	}
	if newer := newerSource(t, root, info.ModTime()); newer != "" {
		t.Fatalf("%s is older than %s: run `make test-binaries`", path, newer)
	}
	return path
}

// inFunctions are the folders that the functions are built from, but for the folder
// larktest.
var inFunctions = []string{"functions", "lib", "internal/wait", "internal/lazy"}

// newerSource returns a source file that changed after the given time, if any.
func newerSource(t testing.TB, root string, built time.Time) (found string) {
	t.Helper()
	for _, folder := range inFunctions {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			name := d.Name()
			switch {
			case err != nil:
				return err
			case d.IsDir() && name == "larktest":
				return fs.SkipDir
			case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
				return nil
			}
			info, err := d.Info()
			if err == nil && info.ModTime().After(built) {
				found = path
				return fs.SkipAll
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}
