package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local"
)

func TestTriggerEveryType(t *testing.T) {
	r := startRun(t, map[string]string{"PORT": "0"})
	port := map[string]string{"PORT": strings.TrimPrefix(r.url, "http://127.0.0.1:")}
	for _, eventType := range local.Types() {
		if code, out, stderr := invoke(t.Context(), port, "trigger", eventType); code != 0 || !strings.HasPrefix(out, "200 OK\n{") {
			t.Errorf("%s: exit code %d, %q, %q", eventType, code, out, stderr)
		}
	}
}

func TestTriggerTellsOfARefusal(t *testing.T) {
	r := startRun(t, map[string]string{"PORT": "0"})
	code, out, _ := invoke(t.Context(), map[string]string{"ENCRYPT_KEY": "another"}, "trigger", "im.chat.updated_v1", "--url", r.url+"/event")
	if code != 1 || out != "401 Unauthorized\n{\"error\":\"unauthorized\"}\n" {
		t.Errorf("exit code %d, %q", code, out)
	}
	poll(t, func() bool { return strings.Contains(r.out.String(), "✗ reply  401 refused") })
	code, out, _ = invoke(t.Context(), nil, "trigger", "--url", r.url+"/event", "--app", "other", "im.chat.updated_v1")
	if code != 1 || !strings.HasPrefix(out, "404 ") {
		t.Errorf("another app: exit code %d, %q", code, out)
	}
}

func TestTriggerText(t *testing.T) {
	r := startRun(t, map[string]string{"PORT": "0"})
	code, _, stderr := invoke(t.Context(), nil, "trigger", "im.message.receive_v1", "--text", "and you?", "--url", r.url+"/event")
	if code != 0 {
		t.Fatal(code, stderr)
	}
	poll(t, func() bool { return strings.Contains(r.out.String(), `"You said: and you?"`) })
}

func TestTriggerTarget(t *testing.T) {
	p := program{getenv: func(string) string { return "" }}
	for _, v := range []struct{ url, app, eventType, want string }{
		{"", "", "im.message.receive_v1", "http://127.0.0.1:8787/event"},
		{"", "shop", "card.action.trigger", "http://127.0.0.1:8787/card/shop"},
		{"", "", "url.preview.get", "http://127.0.0.1:8787/card"},
		{"https://x.example/event/", "a/b", "card.action.trigger", "https://x.example/event/a%2Fb"},
	} {
		if got := p.target(triggerFlags{url: v.url, app: v.app}, v.eventType); got != v.want {
			t.Errorf("got %s, want %s", got, v.want)
		}
	}
}

func TestTriggerFails(t *testing.T) {
	if code, out, _ := invoke(t.Context(), nil, "trigger", "--list"); code != 0 || !strings.Contains(out, "url_verification\n") {
		t.Errorf("--list: exit code %d, %q", code, out)
	}
	site := httptest.NewServer(http.NotFoundHandler())
	site.Close()
	code, _, stderr := invoke(t.Context(), nil, "trigger", "im.chat.updated_v1", "--url", site.URL)
	if code != 1 || !strings.Contains(stderr, "nothing listens on 127.0.0.1") {
		t.Errorf("nobody there: exit code %d, %q", code, stderr)
	}
}
