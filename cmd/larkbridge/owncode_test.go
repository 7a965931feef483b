package main

import (
	"strings"
	"testing"
)

const transform = "../../internal/local/testdata/owncode/transform.yaml"

func TestRunWithOwnCode(t *testing.T) {
	r := startRun(t, map[string]string{"PORT": "0"}, "--rule", transform, "--rule", transform+"#Echo", "--to", "send", "--files", t.TempDir())
	if code, out, stderr := invoke(t.Context(), nil, "trigger", "im.message.receive_v1", "--text", "hi", "--url", r.url+"/event"); code != 0 {
		t.Fatalf("trigger: got the exit code %d, %s, %s", code, out, stderr)
	}
	poll(t, func() bool { return strings.Count(r.out.String(), "✓ send ") == 2 })
	if code := r.stop(); code != 0 {
		t.Errorf("got the exit code %d, want 0", code)
	}
	if out := r.out.String(); !strings.Contains(out, "with your code") || strings.Count(out, "Echo to send") != 2 {
		t.Errorf("it says:\n%s", out)
	}
}

func TestOwnCodeIsRefused(t *testing.T) {
	for _, c := range []struct {
		flags string
		code  int
		want  string
	}{
		{"--to send", 2, "must follow its --rule"},
		{"--rule a.json --to x --to y", 2, "must follow its --rule"},
		{"--rule none.json --to send", 1, "none.json"},
		{"--card-handler none.py:handler", 1, "none.py"},
	} {
		code, out, stderr := invoke(t.Context(), map[string]string{"PORT": "0"}, append([]string{"run"}, strings.Fields(c.flags)...)...)
		if code != c.code || out != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: got the exit code %d, %q, %q, want %d and an error with %q", c.flags, code, out, stderr, c.code, c.want)
		}
	}
}
