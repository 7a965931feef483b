package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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
		if got := p.target(v.url, v.app, v.eventType); got != v.want {
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

func TestTriggerEdits(t *testing.T) {
	r := startRun(t, map[string]string{"PORT": "0"})
	tail := startTail(t, "--url", r.url, "--json")
	file := filepath.Join(t.TempDir(), "payload.json")
	payload := `{"schema":"2.0","header":{"event_id":"1","event_type":"my.own_v1","create_time":"1","token":"x","app_id":"x","tenant_key":"t"},"event":{"n":7}}`
	if err := os.WriteFile(file, []byte(payload), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   string
		status string
		want   string // on the bus, "" for nothing
	}{
		{"im.message.receive_v1 --variant 2", "200", `"chat_type":"group"`},
		{"im.chat.updated_v1 --set event.chat_id=oc_mine --set event.deep.er={\"a\":1}", "200", `"deep":{"er":{"a":1}}`},
		{"--file " + file, "200", `"detail-type":"my.own_v1"`},
		{"im.chat.updated_v1 --forge", "401", ""},
		{"im.chat.updated_v1 --stale", "401", ""},
	} {
		before := tail.out.String()
		code, out, stderr := invoke(t.Context(), nil, append(strings.Fields("trigger "+c.args), "--url", r.url+"/event")...)
		if code != exitOK || !strings.HasPrefix(out, c.status+" ") {
			t.Errorf("%s: got exit code %d, %q and %q, want 0 and %s", c.args, code, out, stderr, c.status)
		}
		if c.want != "" {
			poll(t, func() bool { return strings.Contains(strings.TrimPrefix(tail.out.String(), before), c.want) })
		}
	}
	code, out, _ := invoke(t.Context(), nil, "trigger", "approval_task", "--count", "3", "--rate", "1000", "--duplicate", "--json", "--url", r.url+"/event")
	if want := strings.Repeat(`{"status":200,"body":"{}"}`+"\n", 6); code != exitOK || out != want {
		t.Errorf("--count 3 --duplicate: got exit code %d and\n%s\nwant 0 and\n%s", code, out, want)
	}
	poll(t, func() bool { return strings.Count(tail.out.String(), `"detail-type":"approval_task"`) >= 3 })
	if got := strings.Count(tail.out.String(), `"detail-type":"approval_task"`); got != 3 {
		t.Errorf("got %d events of 3 that were posted twice, want 3", got)
	}
}
