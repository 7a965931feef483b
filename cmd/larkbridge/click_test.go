package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local"
)

func TestTriggerClicksTheCard(t *testing.T) {
	r := startRun(t, map[string]string{"PORT": "0"})
	for _, c := range []struct{ args, want string }{
		{"trigger card.action.trigger", `"content":"Approved."`},
		{"trigger card.action.trigger_v1 --button reject", `"content":"Rejected."`},
		{"trigger card.action.trigger --value {\"action\":\"approve\",\"how\":\"slowly\"}", `{"toast":{"type":"info","content":"Working on it…"}}`},
	} {
		code, out, stderr := invoke(t.Context(), nil, append(strings.Fields(c.args), "--url", r.url+"/card")...)
		if code != 0 || !strings.HasPrefix(out, "200 OK\n{") || !strings.Contains(out, c.want) {
			t.Errorf("%s: exit code %d, %q, %q", c.args, code, out, stderr)
		}
	}
	for args, want := range map[string]string{
		"--button Fly":   `the card has no button "Fly", but "Approve", "Reject"`,
		"--card om_none": "there is no such card to click",
	} {
		code, out, stderr := invoke(t.Context(), nil, append(strings.Fields("trigger card.action.trigger "+args), "--url", r.url+"/card")...)
		if code != exitFailed || out != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: got exit code %d, %q and %q, want 1 and %q", args, code, out, stderr, want)
		}
	}
	poll(t, func() bool { return strings.Contains(r.out.String(), "approval to a slow handler") })
	out, from := r.out.String(), 0
	for _, line := range []string{
		"✓ card   sent", r.url + "/card", `"how":"slowly"}' --url ` + r.url + "/card", "⇠ click  Release", "⇠ event  card.action.trigger",
		"⇢ bus ", "⇢ reply  200 answered", `✓ card   answered`, `toast "Approved.", the card is now "Approved: `,
		"⇠ click ", `toast "Rejected."`, "⇠ click ", `toast "Working on it…"`,
	} {
		i := strings.Index(out[from:], line)
		if i < 0 {
			t.Fatalf("%q does not follow in:\n%s", line, out)
		}
		from += i
	}
	if token := regexp.MustCompile(`c-[A-Z0-9]{26}`).FindString(out); token != "" {
		t.Error("an update token is printed")
	}
}

// Where there is no card to click, the sample goes out as it is.
func TestTriggerClicksTheSampleElsewhere(t *testing.T) {
	var asked int
	var posted string
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/click" {
			asked++
			http.NotFound(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body) // then posted is too short
		posted = string(body)
		_, _ = io.WriteString(w, "{}")
	}))
	defer site.Close()
	code, out, stderr := invoke(t.Context(), nil, "trigger", "card.action.trigger_v1", "--url", site.URL+"/card")
	if code != 0 || out != "200 OK\n{}\n" || asked != 1 {
		t.Errorf("exit code %d, %q, %q, asked %d times", code, out, stderr, asked)
	}
	for _, want := range []string{`"open_message_id":"om_0a1b2c3d4e5f60718293a4b5c6d7e8f9"`, `"value":{"action":"approve","id":"42"}`} {
		if !strings.Contains(posted, want) {
			t.Errorf("%s is not in %s", want, posted)
		}
	}
	if code, _, _ := invoke(t.Context(), nil, "trigger", "im.message.receive_v1", "--url", site.URL+"/event"); code != 0 || asked != 1 {
		t.Errorf("a message: exit code %d, asked %d times", code, asked)
	}
}

func TestAimClick(t *testing.T) {
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer broken.Close()
	garbled := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	defer garbled.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for target, fails := range map[string]bool{
		"https://bot.invalid/card": false, // is not asked
		":":                        false,
		gone.URL + "/card":         false,
		broken.URL + "/card":       true,
		garbled.URL + "/card":      true,
	} {
		var edit local.Edit
		found, err := local.AimClick(t.Context(), client(), target, "", "", &edit)
		if found || edit.Click != nil || (err != nil) != fails {
			t.Errorf("%s: got %v, %+v, %v, want no card and failure %v", target, found, edit.Click, err, fails)
		}
	}
}
