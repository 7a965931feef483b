package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/version"
)

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
	c := command{out: &stdout, err: &stderr, getenv: func(name string) string { return vars[name] }, now: time.Now}
	code = c.run(ctx, args)
	return code, stdout.String(), stderr.String()
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args   string
		code   int
		stdout bool
	}{
		{"help", 0, true},
		{"--help", 0, true},
		{"", 2, false},
		{"fly", 2, false},
		{"run now", 2, false},
		{"run --fast", 2, false},
		{"run -h", 0, false},
		{"trigger", 2, false},
		{"trigger -h", 0, false},
		{"trigger a b", 2, false},
		{"trigger a --fast", 2, false},
		{"trigger card.action.trigger --value {", 2, false},
	} {
		code, out, err := invoke(t.Context(), nil, strings.Fields(c.args)...)
		if code != c.code || (out != "") != c.stdout || (err != "") == c.stdout {
			t.Errorf("larkbridge %s: exit code %d, stdout %q, stderr %q", c.args, code, out, err)
		}
	}
}

func TestVersion(t *testing.T) {
	for _, arg := range []string{"version", "--version"} {
		if code, out, _ := invoke(t.Context(), nil, arg); code != exitOK || !strings.HasPrefix(out, version.Product+" go1.") {
			t.Errorf("larkbridge %s: exit code %d, %q", arg, code, out)
		}
	}
}

func TestParseTakesFlagsOnBothSides(t *testing.T) {
	for _, args := range []string{"-a 1 name -b 2", "name -a 1 -b 2", "-a 1 -b 2 name"} {
		flags := flag.NewFlagSet("", flag.ContinueOnError)
		flags.SetOutput(io.Discard)
		a, b := flags.Int("a", 0, ""), flags.Int("b", 0, "")
		got, err := parse(flags, strings.Fields(args))
		if err != nil || got != "name" || *a != 1 || *b != 2 {
			t.Errorf("%s: %q, %d, %d, %v", args, got, *a, *b, err)
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
