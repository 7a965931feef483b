package outside

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

const modulePath = "github.com/larkbridge/larkbridge"

// A module outside of the repository builds, and its tests pass: a bot that
// uses lib/lark and lib/larktest, and the example of a linked card handler.
func TestModule(t *testing.T) {
	root, dir := harness.Root(t), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/module")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "linked"), os.DirFS(filepath.Join(root, "examples", "linked"))); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.mod"), fmt.Sprintf("module example.com/bot\n\ngo 1.26\n\nrequire %[1]s v0.0.0\n\nreplace %[1]s => %[2]s\n", modulePath, root))
	write(t, filepath.Join(dir, "go.sum"), read(t, filepath.Join(root, "go.sum")))
	// What the packages need is in the module cache, as it was needed to compile this test.
	run(t, dir, []string{"GOPROXY=off", "GOFLAGS=-mod=mod"}, "go", "vet", "./...")
	out := run(t, dir, []string{"GOPROXY=off", "GOFLAGS=-mod=mod"}, "go", "test", "-count=1", "-v", ".")
	if !strings.Contains(out, "\n--- PASS: ") {
		t.Errorf("no test ran:\n%s", out)
	}
}

// The command installs from a module proxy, as `go install …@latest` does it.
func TestInstall(t *testing.T) {
	root, dir := harness.Root(t), t.TempDir()
	proxy, bin := filepath.Join(dir, "proxy"), filepath.Join(dir, "bin")
	publish(t, root, proxy, "v0.0.1")
	cache := strings.TrimSpace(run(t, root, nil, "go", "env", "GOMODCACHE"))
	// A module cache of its own: in the usual one, the sources of this run would be those of the next one, too.
	run(t, dir, []string{
		"GOPROXY=file://" + filepath.ToSlash(proxy) + ",file://" + filepath.ToSlash(cache) + "/cache/download",
		"GOMODCACHE=" + filepath.Join(dir, "modules"), "GOFLAGS=-modcacherw -trimpath", "GOSUMDB=off", "GOBIN=" + bin, "CGO_ENABLED=0",
	}, "go", "install", modulePath+"/cmd/larkbridge@latest")
	command := "larkbridge"
	if runtime.GOOS == "windows" {
		command += ".exe"
	}
	if out := run(t, dir, nil, filepath.Join(bin, command), "-h"); !strings.Contains(out, "Usage:\n  larkbridge ") {
		t.Errorf("larkbridge -h: got %q, want its usage", out)
	}
}

// publish makes the folder of a module proxy that has one version of the
// repository (go.dev/ref/mod#goproxy-protocol).
func publish(t *testing.T, root, proxy, version string) {
	t.Helper()
	dir := filepath.Join(proxy, filepath.FromSlash(modulePath), "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "list"), version+"\n")
	write(t, filepath.Join(dir, version+".info"), fmt.Sprintf(`{"Version":%q,"Time":"2026-01-01T00:00:00Z"}`, version))
	write(t, filepath.Join(dir, version+".mod"), read(t, filepath.Join(root, "go.mod")))
	file, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	archive := zip.NewWriter(file)
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != root && strings.HasPrefix(d.Name(), ".") && d.IsDir(), d.Name() == "dist" && d.IsDir():
			return fs.SkipDir // what git and the tools made
		case !d.Type().IsRegular():
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		entry, err := archive.Create(modulePath + "@" + version + "/" + filepath.ToSlash(name))
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		_, err = entry.Write(content)
		return err
	})
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// run runs a program in a folder and returns what it prints.
func run(t *testing.T, dir string, env []string, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), append(env, "GOWORK=off")...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
