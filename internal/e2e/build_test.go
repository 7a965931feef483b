package e2e_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The same sources make the same functions, whoever builds them and where:
// here, and in another folder by somebody with a stricter umask.
func TestReproducible(t *testing.T) {
	t.Parallel()
	here, _ := buildFunctions(t, "../..", "022")
	elsewhere := sources(t)
	comment(t, elsewhere)
	there, log := buildFunctions(t, elsewhere, "077")
	if !strings.Contains(log, "\ngithub.com/larkbridge/larkbridge/lib/lark\n") {
		t.Errorf("nothing was compiled anew:\n%s", log)
	}
	for function, a := range here {
		b := there[function]
		if !bytes.Equal(a.content, b.content) {
			t.Errorf("%s: got %d and %d bytes that differ, want the same", function, len(a.content), len(b.content))
		}
		if a.mode != b.mode || a.mode != 0o755 {
			t.Errorf("%s: got the modes %v and %v, want 0755 twice", function, a.mode, b.mode)
		}
		if !a.time.Equal(b.time) {
			t.Errorf("%s: got the times %v and %v, want the same", function, a.time, b.time)
		}
	}
}

// binary is what a zip keeps of a file.
type binary struct {
	content []byte
	mode    fs.FileMode
	time    time.Time
}

// buildFunctions makes the functions as SAM does. The log has the name of each
// package that was compiled.
func buildFunctions(t *testing.T, source, umask string) (binaries map[string]binary, log string) {
	t.Helper()
	binaries = map[string]binary{}
	for _, function := range functions {
		dir := t.TempDir()
		cmd := exec.Command("sh", "-c", "umask "+umask+" && make build-"+function+"Function ARTIFACTS_DIR="+dir)
		cmd.Dir, cmd.Env = source, append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -v")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		log += string(out)
		path := filepath.Join(dir, "bootstrap")
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		binaries[function] = binary{content, info.Mode(), info.ModTime()}
	}
	return binaries, log
}

// comment ends each file of the libraries with a comment that no build has
// seen: Go must compile the file and cannot take the package from its cache.
func comment(t *testing.T, source string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(source, "lib"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		if _, err := f.WriteString("\n// " + source + "\n"); err != nil {
			return err
		}
		return f.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
}
