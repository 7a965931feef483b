package template

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

//go:embed translate.py
var translatePy string

// once keeps the translation of the repository's template: a process of Python
// for each test would take minutes.
var once struct {
	sync.Once
	document []byte
	err      error
}

// Translate returns a translation of the repository's template that is the
// caller's to change. It skips or fails the test as [Load] does.
func Translate(t testing.TB) map[string]any {
	t.Helper()
	python, root := harness.Python(t), harness.Root(t)
	once.Do(func() { once.document, once.err = translate(python, filepath.Join(root, "template.yaml")) })
	if once.err != nil {
		t.Fatal(once.err)
	}
	document, err := parse(once.document)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// TranslateFile translates another template: one that `sam build` wrote, or an
// example.
func TranslateFile(t testing.TB, path string) map[string]any {
	t.Helper()
	out, err := translate(harness.Python(t), path)
	if err != nil {
		t.Fatal(err)
	}
	document, err := parse(out)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func translate(python, path string) ([]byte, error) {
	if _, err := os.Stat(path); err != nil { // asked here, so that Go knows what the result of the test depends on
		return nil, err
	}
	out, err := exec.Command(python, "-c", translatePy, path).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("translate %s: %w\n%s", path, err, exit.Stderr)
	}
	return out, err
}

// parse keeps numbers as they are written.
func parse(doc []byte) (document map[string]any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.UseNumber()
	if err := decoder.Decode(&document); err != nil {
		return nil, fmt.Errorf("read the translated template: %w", err)
	}
	return document, nil
}
