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
// `make test-binaries` builds it for this machine. If it is missing, the test is skipped
// or fails as [StartEmulator] does. If it is older than a source, the test fails, because
// it would test something else.
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

// sourceFolders are the folders that functions are built from.
var sourceFolders = []string{"functions", "lib", "internal/lazy", "internal/wait"}

// newerSource returns a source file that changed after the given time, "" if none did.
func newerSource(t testing.TB, root string, built time.Time) (newer string) {
	t.Helper()
	for _, folder := range sourceFolders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "larktest":
				return fs.SkipDir
			case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			info, err := d.Info()
			if err == nil && info.ModTime().After(built) {
				newer = path
				return fs.SkipAll
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return newer
}
