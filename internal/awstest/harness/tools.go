package harness

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// ErrNoEmulator is returned where the AWS emulator is not installed.
var ErrNoEmulator = errors.New("left out: needs the AWS emulator; `make test` installs it")

// Python returns the Python that has the tools of `make test`: SAM and moto.
// Where they are not installed the test is skipped, or fails, as
// [StartEmulator] does.
func Python(t testing.TB) string {
	t.Helper()
	python, err := emulatorPython()
	checkLaunch(t, err)
	return python
}

// Root returns the folder of the repository.
func Root(t testing.TB) string {
	t.Helper()
	root, err := repositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// emulatorPython returns the Python of the virtual environment that has moto:
// the one LARKBRIDGE_TOOLS names, else .tools/venv under the repository root.
func emulatorPython() (string, error) {
	venv := os.Getenv("LARKBRIDGE_TOOLS")
	if venv == "" {
		root, err := repositoryRoot()
		if err != nil {
			return "", err
		}
		venv = filepath.Join(root, ".tools", "venv")
	}
	// The venv alone is not enough: an installation may have been cut short.
	if _, err := os.Stat(filepath.Join(venv, "bin", "moto_server")); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "", ErrNoEmulator
		}
		return "", fmt.Errorf("look for the emulator: %w", err)
	}
	return filepath.Join(venv, "bin", "python"), nil
}

// repositoryRoot is the nearest directory upwards that has a go.mod.
func repositoryRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find repository root: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("find repository root: no go.mod in any directory above")
		}
		dir = parent
	}
}
