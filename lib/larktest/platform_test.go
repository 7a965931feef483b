package larktest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// clock is a clock that moves only when a test moves it.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// fixture is a platform with two custom apps and a marketplace app, whose clock a test
// sets.
type fixture struct {
	*Platform
	t     *testing.T
	clock *clock
	token string // of the app that calls; at first cli_1
}

func newFixture(t *testing.T, opts ...Option) *fixture {
	t.Helper()
	c := &clock{t: start}
	opts = append([]Option{WithClock(c.now), WithApps(
		App{ID: "cli_1", Secret: "s1", HelpDeskID: "h", HelpDeskToken: "ht"},
		App{ID: "cli_2", Secret: "s2"},
		App{ID: "cli_m", Secret: "sm", Marketplace: true},
	)}, opts...)
	b := &fixture{Platform: New(opts...), t: t, clock: c}
	b.token = b.tenantToken("cli_1", "s1")
	return b
}

func (b *fixture) tenantToken(id, secret string) string {
	b.t.Helper()
	r := b.post("/open-apis/auth/v3/tenant_access_token/internal", object{"app_id": id, "app_secret": secret})
	return r.want(0).string("tenant_access_token")
}

// reply is a decoded JSON answer.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	raw    string
	body   object
}

func (b *fixture) post(path string, body any) reply {
	b.t.Helper()
	return b.call("POST", path, body)
}

func (b *fixture) get(path string) reply {
	b.t.Helper()
	return b.call("GET", path, nil)
}

func (b *fixture) call(method, path string, body any) reply {
	b.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(raw))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	if b.token != "" {
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	return b.do(r)
}

func (b *fixture) do(r *http.Request) reply {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	out := reply{t: b.t, status: w.Code, header: w.Header(), raw: w.Body.String()}
	if out.header.Get("X-Tt-Logid") == "" {
		b.t.Errorf("%s: got no X-Tt-Logid, want one", r.URL.Path)
	}
	// Files and error pages are not JSON; the method want fails for them.
	_ = json.Unmarshal(w.Body.Bytes(), &out.body)
	return out
}

// want fails the test if the answer has another code.
func (r reply) want(code int) reply {
	r.t.Helper()
	got, ok := r.body["code"].(float64)
	if !ok || int(got) != code {
		r.t.Fatalf("got HTTP %d %s, want the code %d", r.status, r.raw, code)
	}
	return r
}

// data returns the reply with its field data as the body.
func (r reply) data() reply {
	r.t.Helper()
	d, ok := r.body["data"].(object)
	if !ok {
		r.t.Fatalf("got %s, want a field data", r.raw)
	}
	r.body = d
	return r
}

// string returns a field of the body; the test fails if there is none.
func (r reply) string(field string) string {
	r.t.Helper()
	s, ok := r.body[field].(string)
	if !ok {
		r.t.Fatalf("got %s, want a field %s", r.raw, field)
	}
	return s
}

// send sends a text to a chat and returns the id of the message.
func (b *fixture) send(chat, text string) string {
	b.t.Helper()
	return b.sendRaw(chat, "text", `{"text":"`+text+`"}`).want(0).data().string("message_id")
}

// sendCard sends a card to the chat oc_1 and returns the id of the message.
func (b *fixture) sendCard(content string) string {
	b.t.Helper()
	return b.sendRaw("oc_1", "interactive", content).want(0).data().string("message_id")
}

// sendRaw sends content of any message type to a chat.
func (b *fixture) sendRaw(chat, msgType, content string) reply {
	b.t.Helper()
	return b.post("/open-apis/im/v1/messages?receive_id_type=chat_id",
		object{"receive_id": chat, "msg_type": msgType, "content": content})
}

func TestNewPlatformIsEmpty(t *testing.T) {
	p := New()
	if len(p.Calls()) != 0 || len(p.Messages("")) != 0 || p.TokenCalls() != 0 {
		t.Errorf("got %d calls, %d messages and %d token calls, want none", len(p.Calls()), len(p.Messages("")), p.TokenCalls())
	}
}

func TestConcurrentUse(t *testing.T) {
	b := newFixture(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			b.send("oc_1", "x")
			b.Messages("")
			b.Calls()
		})
	}
	wg.Wait()
	if n := len(b.Messages("oc_1")); n != 20 {
		t.Errorf("got %d messages, want 20", n)
	}
}
