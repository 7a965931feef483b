package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/lark"
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
	platform := httptest.NewServer(larktest.New(larktest.WithApps(larktest.App{ID: "cli_mine", Secret: "my-own-secret"})))
	defer platform.Close()
	r := startRun(t, map[string]string{
		"PORT": "0", "APP_ID": "cli_mine", "APP_SECRET": "my-own-secret", "LARK_DOMAIN": platform.URL,
		"VERIFICATION_TOKEN": "mine", "ENCRYPT_KEY": "my-own-key",
	})
	poll(t, func() bool { return strings.Contains(r.out.String(), "scopes") })
	out := r.out.String()
	for _, want := range []string{
		"as app cli_mine of " + platform.URL, platform.URL + "/app/cli_mine, under Events & Callbacks",
		"  events     https://<your tunnel>/event\n  callbacks  https://<your tunnel>/card\n", "skip  scopes ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("got\n%s\nwant %s in it", out, want)
		}
	}
	if strings.Contains(out, "my-own-") || strings.Contains(out, "⇠") {
		t.Errorf("got a secret or an event:\n%s", out)
	}
	mine := map[string]string{"APP_ID": "cli_mine", "VERIFICATION_TOKEN": "mine", "ENCRYPT_KEY": "my-own-key"}
	for range 2 {
		if code, _, stderr := invoke(t.Context(), mine, "trigger", "url_verification", "--url", r.url+"/event"); code != exitOK {
			t.Fatal(stderr)
		}
	}
	poll(t, func() bool { return strings.Contains(r.out.String(), "Lark has checked a Request URL") })
	if got := strings.Count(r.out.String(), "Lark has checked a Request URL"); got != 1 {
		t.Errorf("got %d lines about the first challenge, want 1", got)
	}
}

// An app that the domain does not know may be one of the other domain.
func TestRunWithAnUnknownApp(t *testing.T) {
	app := &lark.App{AppID: "cli_mine", AppSecret: "s", BaseURL: lark.LarkURL, Type: lark.Custom}
	unknown := doer(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"code":10014,"msg":"app id not exists"}`))}, nil
	})
	about := operate.CheckApp(t.Context(), unknown, app, "LARK_DOMAIN", time.Now)
	if want := "https://open.larksuite.com does not know app cli_mine: if it is an app of Feishu, set LARK_DOMAIN to feishu"; about.Refused == nil || !strings.Contains(about.Refused.Error(), want) {
		t.Errorf("got %v, want %s", about.Refused, want)
	}
}

// doer is an HTTP client.
type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

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
