package harness

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestEmulatorPython(t *testing.T) {
	venv := t.TempDir()
	t.Setenv("LARKBRIDGE_TOOLS", venv)
	if _, err := emulatorPython(); !errors.Is(err, ErrNoEmulator) {
		t.Errorf("empty venv: %v, want ErrNoEmulator", err)
	}
	if err := os.Mkdir(filepath.Join(venv, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(venv, "bin", "moto_server"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := emulatorPython(); err != nil || got != filepath.Join(venv, "bin", "python") {
		t.Errorf("venv with moto: %q, %v", got, err)
	}
}

func TestRepositoryRoot(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	got, err := repositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	want, err := filepath.EvalSymlinks(root)
	if err != nil {
		t.Fatal(err)
	}
	if got, err = filepath.EvalSymlinks(got); err != nil || got != want {
		t.Errorf("root = %q, %v; want %q", got, err, want)
	}
}
