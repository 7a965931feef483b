package local_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local"
)

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	f := local.Folder(dir)
	if _, _, err := f.Open(t.Context(), "b", "files/a.txt"); statusOf(err) != http.StatusNotFound {
		t.Errorf("an empty folder: got %v, want 404", err)
	}
	for _, content := range []string{"first", "new"} {
		if err := f.Create(t.Context(), "b", "files/in/a.txt", strings.NewReader(content), -1, ""); err != nil {
			t.Fatal(err)
		}
		body, size, err := f.Open(t.Context(), "b", "files/in/a.txt")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		body.Close()
		if err != nil || string(got) != content || size != int64(len(content)) {
			t.Errorf("got %q, %d, %v, want %q", got, size, err, content)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "b", "files", "in", "a.txt")); err != nil {
		t.Error(err)
	}
	for _, key := range []string{"files/none", "files/in"} {
		if _, _, err := f.Open(t.Context(), "b", key); statusOf(err) != http.StatusNotFound {
			t.Errorf("%s: got %v, want 404", key, err)
		}
	}
}

// TestFolderKeepsToItself tries keys that lead out of the folder.
func TestFolderKeepsToItself(t *testing.T) {
	top := t.TempDir()
	f := local.Folder(filepath.Join(top, "files"))
	if err := f.Create(t.Context(), "b", "a", strings.NewReader("a"), -1, ""); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(top, "secret"), []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(top, filepath.Join(top, "files", "b", "link")); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"../../secret", "../../../etc/passwd", "a/../../../secret", "/etc/passwd", "a//b", "", ".", "./a", `..\..\secret`, "c:secret", "link/secret"} {
		if _, _, err := f.Open(t.Context(), "b", key); err == nil {
			t.Errorf("%q can be opened", key)
		}
		if err := f.Create(t.Context(), "b", key, strings.NewReader("x"), -1, ""); err == nil {
			t.Errorf("%q can be written", key)
		}
	}
	if got, _ := os.ReadFile(filepath.Join(top, "secret")); string(got) != "s" {
		t.Errorf("got %q, want the file as it was", got)
	}
}

// statusOf returns the status of an error of S3, 0 for another.
func statusOf(err error) int {
	if s, ok := errors.AsType[interface {
		error
		HTTPStatusCode() int
	}](err); ok {
		return s.HTTPStatusCode()
	}
	return 0
}
