package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/lib/version"
)

var update = flag.Bool("update", false, "write the golden files anew")

// buffer is a writer that may be read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// invoke runs the program to its end.
func invoke(ctx context.Context, vars map[string]string, args ...string) (code int, out, err string) {
	var stdout, stderr buffer
	p := program{out: &stdout, err: &stderr, getenv: func(name string) string { return vars[name] }, now: time.Now}
	code = p.run(ctx, args)
	return code, stdout.String(), stderr.String()
}

// golden compares a text with a golden file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// commandPaths returns the names of all commands, such as "app put".
func commandPaths(cmd *cobra.Command) (paths []string) {
	for _, sub := range cmd.Commands() {
		paths = append(paths, strings.TrimPrefix(sub.CommandPath(), "larkbridge "))
		paths = append(paths, commandPaths(sub)...)
	}
	return paths
}

// Each command prints its help to standard output, by its flag and by the command help.
func TestHelp(t *testing.T) {
	root := program{getenv: func(string) string { return "" }, now: time.Now}.newRoot()
	files := map[string]bool{}
	for _, path := range append(commandPaths(root), "") {
		code, out, stderr := invoke(t.Context(), nil, append(strings.Fields(path), "-h")...)
		if code != exitOK || stderr != "" {
			t.Errorf("larkbridge %s -h: got exit code %d and %q on standard error, want 0 and nothing", path, code, stderr)
		}
		name := "help/" + strings.Join(append([]string{"larkbridge"}, strings.Fields(path)...), "-") + ".txt"
		files[filepath.Join("testdata", name)] = true
		golden(t, name, out)
		if code, help, _ := invoke(t.Context(), nil, append([]string{"help"}, strings.Fields(path)...)...); code != exitOK || help != out {
			t.Errorf("larkbridge help %s: got exit code %d and\n%s\nwant 0 and the same as larkbridge %s -h", path, code, help, path)
		}
	}
	found, err := filepath.Glob("testdata/help/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range found {
		if !files[file] {
			t.Errorf("%s is the help of no command", file)
		}
	}
}

// An error is one line on standard error, says what to do, and has exit code 2 if the
// arguments are wrong.
func TestErrors(t *testing.T) {
	onAWS(t)
	var all strings.Builder
	for _, args := range []string{
		"", "fly", "rnu", "--fast", "help fly", "completion", "completion bash x", "completion tcsh", "completion zsh x", "completion fish x", "completion powershell x",
		"run now", "run --fast", "trigger --txet x",
		"trigger", "trigger no.such_v1", "trigger im.mesage.recieve_v1", "trigger a b", "trigger --list a", "trigger a --fast", "trigger card.action.trigger --value {", "trigger approval_task --set x", "trigger approval_task --count 0", "trigger approval_task --variant 9", "trigger --file /none",
		"trigger approval_task --set event.x=1 --set event.x.y=1", "trigger approval_task --stack x",
		"send", "send hi", "send hi --file x", "send --file /none", "send hi --to oc_1 --url http://127.0.0.1:1",
		"tail x", "tail --pattern {", `tail --pattern {"source":"lark"}`, "tail --url http://127.0.0.1:1", "tail --stack x",
		"app", "app fly", "app pt", "app put", "app put x", "app put X", "app get", "app rm", "app put a b", "app put a --fast", "app list x", "app list",
		"doctor x", "doctor --fast", "doctor",
		"dlq", "dlq fly", "dlq list x", "dlq show -n x", "dlq list", "dlq redrive x", "dlq redrive",
		"ask", "ask Go?", "ask Go? now", "ask Go? --to oc_1 --url http://127.0.0.1:1",
		"schema", "schema fly", "schema push x", "schema push",
		"replay", "replay x --since 2h", "replay --since", "replay --since soon", "replay --since 2h",
		"version x", "man",
	} {
		code, out, stderr := invoke(t.Context(), nil, strings.Fields(args)...)
		if code == exitOK || out != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("larkbridge %s: got exit code %d, %q on standard output and %q on standard error, want one line on standard error", args, code, out, stderr)
		}
		fmt.Fprintf(&all, "$ larkbridge %s\n%s(exit code %d)\n\n", args, stderr, code)
	}
	golden(t, "errors.txt", all.String())
}

func TestVersion(t *testing.T) {
	for _, arg := range []string{"version", "--version", "-v"} {
		if code, out, _ := invoke(t.Context(), nil, arg); code != exitOK || !strings.HasPrefix(out, version.Product+" go1.") {
			t.Errorf("larkbridge %s: got exit code %d and %q, want 0 and the version", arg, code, out)
		}
	}
}

// The command man writes a page for each command that is not hidden.
func TestManualPages(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "man")
	if code, _, stderr := invoke(t.Context(), nil, "man", folder); code != exitOK {
		t.Fatalf("got exit code %d and %q, want 0", code, stderr)
	}
	root := program{getenv: func(string) string { return "" }, now: time.Now}.newRoot()
	for _, path := range commandPaths(root) {
		if path == "man" || path == "help" {
			continue
		}
		page, err := os.ReadFile(filepath.Join(folder, "larkbridge-"+strings.ReplaceAll(path, " ", "-")+".1"))
		if err != nil {
			t.Error(err)
		} else if !strings.Contains(string(page), ".SH SYNOPSIS") {
			t.Errorf("%s: got a page without a synopsis, want one with it:\n%s", path, page)
		}
	}
}

func TestCompletion(t *testing.T) {
	for args, want := range map[string]string{
		"completion bash":           "larkbridge",
		"__complete d":              "dlq\t",
		"__complete trigger im.mes": "im.message.receive_v1\n",
	} {
		if code, out, _ := invoke(t.Context(), nil, strings.Fields(args)...); code != exitOK || !strings.Contains(out, want) {
			t.Errorf("larkbridge %s: got exit code %d and %q, want 0 and %q", args, code, out, want)
		}
	}
}

func TestAFileGetsNoColour(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if wantsColour(f, func(string) string { return "" }) {
		t.Error("a file gets colours")
	}
}
