package local_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// entries is the answer of GET /api/events.
func (f *fixture) entries() (list []struct {
	ID         string
	Source     string
	DetailType string `json:"detail-type"`
	Time       string
	Resources  []string
	Detail     json.RawMessage
}) {
	f.t.Helper()
	status, body := f.ask("GET", "/api/events", "")
	if err := json.Unmarshal([]byte(body), &list); status != 200 || err != nil {
		f.t.Fatalf("GET /api/events gives %d %s", status, body)
	}
	return list
}

// resent makes the same request once more, its body changed by change.
func resent(t *testing.T, req *http.Request, change func([]byte)) *http.Request {
	t.Helper()
	r, err := req.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	change(body)
	next := req.Clone(t.Context())
	next.Body = io.NopCloser(bytes.NewReader(body))
	return next
}

func TestEventIsOnTheBusOnce(t *testing.T) {
	f := start(t)
	req := f.event("im.chat.updated_v1", local.Edit{})
	for range 2 {
		if status, body := f.do(resent(t, req, func([]byte) {})); status != 200 || body != "{}" {
			t.Fatalf("got %d %s, want 200 {}", status, body)
		}
		list := f.entries()
		if len(list) != 1 || list[0].DetailType != "im.chat.updated_v1" || list[0].Source != "lark" || list[0].ID != "1" || len(list[0].Resources) != 2 {
			t.Fatalf("on the bus is %+v", list)
		}
	}
	shown := f.shown(local.StepReply)
	if len(shown) != 2 || !strings.HasPrefix(shown[1].Subject, "200 duplicate") {
		t.Errorf("shown: %+v", shown)
	}
}

func TestChangedByteIsRefusedWithAReasonShownHereOnly(t *testing.T) {
	f := start(t)
	req := resent(t, f.event(lark.TypeMessageReceive, local.Edit{}), func(body []byte) { body[20] ^= 1 })
	if status, body := f.do(req); status != 401 || body != `{"error":"unauthorized"}` {
		t.Errorf("got %d %s, want 401 unauthorized", status, body)
	}
	shown := f.shown(local.StepReply)
	if len(shown) != 1 || !shown[0].Failed || !strings.Contains(shown[0].Note, "the signature matches no key") {
		t.Errorf("shown: %+v", shown)
	}
	if len(f.entries()) != 0 {
		t.Error("it is on the bus")
	}
}

func TestRoutes(t *testing.T) {
	f := start(t)
	big := strings.Repeat("a", 2<<20)
	for _, c := range []struct {
		method, path, body string
		status             int
		reply              string
	}{
		{"POST", "/nowhere", "", 404, `{"error":"not_found"}`},
		{"POST", "/event/other", "{}", 404, `{"error":"not_found"}`},
		{"POST", "/event/a/b", "{}", 404, `{"error":"not_found"}`},
		{"GET", "/favicon.ico", "", 404, `{"error":"not_found"}`},
		{"GET", "/send", "", 404, `{"error":"not_found"}`},
		{"POST", "/api/events", "", 404, `{"error":"not_found"}`},
		{"POST", "//event", "", 404, `{"error":"not_found"}`},
		{"GET", "/event", "", 405, `{"error":"method_not_allowed"}`},
		{"GET", "/card/default", "", 405, `{"error":"method_not_allowed"}`},
		{"POST", "/event", big, 413, `{"error":"too_large"}`},
		{"POST", "/send", big + big + big + "a", 413, `{"error":"too_large"}` + "\n"},
		{"POST", "/event", "no", 400, `{"error":"bad_request"}`},
	} {
		if status, body := f.ask(c.method, c.path, c.body); status != c.status || body != c.reply {
			t.Errorf("%s %s gives %d %s", c.method, c.path, status, body)
		}
	}
}

// A tunnel to /event offers nothing else, and a page elsewhere cannot send.
func TestOwnRoutesAreForThisMachine(t *testing.T) {
	f := start(t)
	for name, change := range map[string]func(*http.Request){
		"another host":    func(r *http.Request) { r.Host = "bot.example.com" },
		"a proxy":         func(r *http.Request) { r.Header.Set("X-Forwarded-For", "192.0.2.1") },
		"a page's origin": func(r *http.Request) { r.Header.Set("Origin", "https://example.com") },
	} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", f.url+"/send", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		change(req)
		if status, body := f.do(req); status != 404 || body != `{"error":"not_found"}` {
			t.Errorf("%s: POST /send gives %d %s", name, status, body)
		}
		req = f.event("im.chat.updated_v1", local.Edit{})
		change(req)
		if status, body := f.do(req); status != 200 {
			t.Errorf("%s: POST /event gives %d %s", name, status, body)
		}
	}
}
