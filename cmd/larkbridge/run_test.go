package main

import (
	"context"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

// running is larkbridge run in this process.
type running struct {
	url  string
	out  *buffer
	stop func() int // ends it and returns the exit code
}

func startRun(t *testing.T, vars map[string]string, flags ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, stderr, code := &running{out: &buffer{}}, &buffer{}, make(chan int, 1)
	p := program{out: r.out, err: stderr, getenv: func(name string) string { return vars[name] }, now: time.Now}
	ended := make(chan struct{})
	go func() {
		code <- p.run(ctx, append([]string{"run"}, flags...))
		close(ended)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	r.stop = func() int { cancel(); return <-code }
	poll(t, func() bool { return strings.Contains(r.out.String()+stderr.String(), "Ctrl-C") })
	r.url = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(r.out.String())
	return r
}

// poll waits until done.
func poll(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(15 * time.Second); !done(); <-tick.C {
		if time.Now().After(end) {
			t.Fatal("not done in 15 s")
		}
	}
}

func TestRunShowsTheWholeLoop(t *testing.T) {
	r := startRun(t, map[string]string{"PORT": "0"})
	if code := r.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	out, from := r.out.String(), 0
	for _, line := range []string{
		"a stand-in for Lark", "⇠ event  im.message.receive_v1", "verified, decrypted", "⇢ bus ", "⇢ rule ", `"You said: hello"`,
		"⇢ lark   POST /im/v1/messages ", "✓ send ", "The echo is in the chat.", r.url + "/send", "Stopped.",
	} {
		i := strings.Index(out[from:], line)
		if i < 0 {
			t.Fatalf("%q does not follow in:\n%s", line, out)
		}
		from += i
	}
	for _, secret := range []string{"local-run-app-secret", larktest.EncryptKey, larktest.VerificationToken} {
		if strings.Contains(out, secret) {
			t.Error("a secret is printed")
		}
	}
}

func TestRunWithARealApp(t *testing.T) {
	r := startRun(t, map[string]string{"PORT": "0", "APP_ID": "cli_mine", "APP_SECRET": "my-own-secret", "LARK_DOMAIN": "feishu"})
	out := r.out.String()
	if !strings.Contains(out, "as app cli_mine of https://open.feishu.cn") || strings.Contains(out, "my-own-secret") || strings.Contains(out, "⇠") {
		t.Errorf("it says:\n%s", out)
	}
}

func TestRunCannotStart(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, taken, _ := net.SplitHostPort(l.Addr().String())
	for want, vars := range map[string]map[string]string{
		"port " + taken + " is in use: stop what uses it, or set PORT to another one": {"PORT": taken},
		"PORT must be a number":      {"PORT": "http"},
		"variable APP_SECRET is not": {"PORT": "0", "APP_ID": "cli_mine"},
	} {
		code, out, stderr := invoke(t.Context(), vars, "run")
		if code != 1 || out != "" || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, stdout %q, stderr %q", code, out, stderr)
		}
	}
}
