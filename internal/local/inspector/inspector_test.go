package inspector_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// do makes a request to the page and returns the reply.
func (r *run) do(req *http.Request) (int, http.Header, string) {
	r.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

func (r *run) request(method, path, body string) *http.Request {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

// post makes a request of the page and decodes its answer.
func (r *run) post(path, body string) (status int, answer struct {
	Status                int
	Result, Reason, Toast string
}) {
	r.t.Helper()
	status, _, reply := r.do(r.request("POST", path, body))
	if err := json.Unmarshal([]byte(reply), &answer); err != nil {
		r.t.Fatalf("POST %s gives %d %s", path, status, reply)
	}
	return status, answer
}

// group is a group of the timeline as the page gets it.
type group struct {
	ID    int
	Title string
	HTML  string
}

// changes returns what the page would show.
func (r *run) changes(query string) (c struct {
	Version  int
	Groups   []group
	Messages []struct{ ID, Chat, Root, HTML string }
}) {
	r.t.Helper()
	_, _, reply := r.do(r.request("GET", "/api/changes"+query, ""))
	if err := json.Unmarshal([]byte(reply), &c); err != nil {
		r.t.Fatalf("GET /api/changes%s gives %s", query, reply)
	}
	return c
}

func TestPolicy(t *testing.T) {
	r := start(t)
	status, header, page := r.do(r.request("GET", "/", ""))
	policy := header.Get("Content-Security-Policy")
	nonce := regexp.MustCompile(`script-src 'nonce-([A-Z2-7]+)';`).FindStringSubmatch(policy)
	if status != 200 || nonce == nil || !strings.HasPrefix(policy, "default-src 'none'; connect-src 'self';") || strings.Contains(policy, "unsafe") {
		t.Fatalf("got %d with the policy %q, want 200 and a nonce", status, policy)
	}
	for _, tag := range regexp.MustCompile(`<(script|style)[^>]*>`).FindAllString(page, -1) {
		if !strings.Contains(tag, `nonce="`+nonce[1]+`"`) && !strings.Contains(tag, "application/json") {
			t.Errorf("got %s, want its nonce", tag)
		}
	}
	for _, bad := range []string{`\bsrc=`, `<link[^>]*stylesheet`, `@import`, `url\(`, `document\.write`, `eval\(`, ` style=`, ` on[a-z]+=`, `\[[a-z. ]+\]<`} {
		if found := regexp.MustCompile(bad).FindString(page); found != "" {
			t.Errorf("the page has %q", found)
		}
	}
	if _, next, _ := r.do(r.request("GET", "/", "")); next.Get("Content-Security-Policy") == policy {
		t.Error("the next page has the same nonce")
	}
}

// Another origin, another host name and a form of another page change nothing.
func TestOthersCannotPost(t *testing.T) {
	r := start(t)
	for _, path := range []string{"/api/messages", "/api/clicks", "/api/deliveries"} {
		for name, change := range map[string]func(*http.Request){
			"another origin": func(req *http.Request) { req.Header.Set("Origin", "https://example.com") },
			"another host":   func(req *http.Request) { req.Host = "rebound.example.com" },
			"a form's type":  func(req *http.Request) { req.Header.Set("Content-Type", "text/plain") },
			"an unknown field": func(req *http.Request) {
				req.Body = io.NopCloser(strings.NewReader(`{"nope":1}`))
				req.ContentLength = -1
			},
			"nothing to be done": func(req *http.Request) { req.Body = io.NopCloser(strings.NewReader(`{}`)); req.ContentLength = -1 },
		} {
			req := r.request("POST", path, `{"chat_id":"oc_1","open_id":"ou_1","text":"hi"}`)
			change(req)
			if status, _, reply := r.do(req); status < 400 || status == 500 {
				t.Errorf("%s: POST %s gives %d %s, want a refusal", name, path, status, reply)
			}
		}
	}
	if got := r.platform.History(); len(got) != 0 {
		t.Errorf("got the messages %+v, want none", got)
	}
}

// An event, its entry, its send, its calls and its answer are one group; a duplicate of
// it is in there, too, and a forged one is a failure.
func TestOneGroup(t *testing.T) {
	r := start(t)
	r.event(lark.TypeMessageReceive)
	c := r.wait("?show=sends", 1)
	if len(r.changes("").Groups) != 1 {
		t.Fatalf("got %+v, want one group", r.changes(""))
	}
	_, _, steps := r.do(r.request("GET", "/api/group?id=1", ""))
	for _, want := range []string{">event<", ">bus<", ">rule<", ">reply<", ">Lark<", ">send<", "200 published", "POST /im/v1/messages", "Lark Send Succeeded"} {
		if !strings.Contains(steps, want) {
			t.Errorf("got %s, want %s in it", steps, want)
		}
	}
	id := regexp.MustCompile(`data-step="(\d+)">\s*<summary>[^\n]*200 published`).FindStringSubmatch(steps)
	if id == nil {
		t.Fatalf("got %s, want the step of the reply", steps)
	}
	_, _, details := r.do(r.request("GET", "/api/step?id="+id[1], ""))
	for _, want := range []string{"POST /event", "X-Lark-Signature: ***", "&#34;encrypt&#34;", "&#34;token&#34;: &#34;***&#34;", "larkbridge trigger", "curl -X", "larkbridge run", `data-resend="` + id[1]} {
		if !strings.Contains(details, want) {
			t.Errorf("got %s, want %s in it", details, want)
		}
	}
	payload := `{"header":{"event_type":"im.message.receive_v1","event_id":"made-up","token":"***"},"schema":"2.0","event":{"message":{"message_id":"om_x","chat_id":"oc_1","chat_type":"p2p","message_type":"text","content":"{\"text\":\"changed\"}"}}}`
	for _, as := range []struct {
		how    string
		status int
		result string
	}{{"signed", 200, "published"}, {"signed", 200, "duplicate"}, {"forged", 401, "refused"}, {"stale", 401, "refused"}} {
		if _, a := r.post("/api/deliveries", `{"step":`+id[1]+`,"as":"`+as.how+`","payload":`+payload+`}`); a.Status != as.status || a.Result != as.result {
			t.Errorf("%s: got %+v, want %d %s", as.how, a, as.status, as.result)
		}
	}
	failed := r.changes("?show=failed").Groups
	if len(failed) != 2 || !strings.Contains(failed[0].HTML, "the signature matches no key") || !strings.Contains(failed[0].HTML, "refused") {
		t.Errorf("got %+v, want the two that are refused, with their reasons", failed)
	}
	if found := r.changes("?q=CHANGED").Groups; len(found) == 0 || !strings.Contains(found[0].HTML, "duplicate") {
		t.Errorf("got %+v, want the group with the changed text and its duplicate", found)
	}
	if searched := r.changes("?q=nowhere-to-be-found"); len(searched.Groups) != 0 || searched.Version <= c {
		t.Errorf("got %+v, want no group of a later version than %d", searched, c)
	}
}

// wait waits until the page has n groups for a query and returns the version.
func (r *run) wait(query string, n int) int {
	r.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		if c := r.changes(query); len(c.Groups) >= n {
			return c.Version
		}
		select {
		case <-tick.C:
		case <-r.t.Context().Done():
			r.t.Fatal("the test is over")
		}
	}
}

func TestMessagesAndClicks(t *testing.T) {
	r := start(t)
	if status, a := r.post("/api/messages", `{"chat_id":"`+local.SampleChat+`","open_id":"`+local.SampleUser+`","text":"good <morning>"}`); status != 200 || a.Result != "published" {
		t.Fatalf("got %d %+v, want 200 published", status, a)
	}
	r.wait("?show=sends", 1)
	r.ask()
	var card string
	for _, m := range r.changes("").Messages {
		if m.Chat != local.SampleChat {
			t.Errorf("got a message in %s, want %s", m.Chat, local.SampleChat)
		}
		if strings.Contains(m.HTML, "Approve") {
			card = m.ID
		}
	}
	if html := r.changes("").Messages[0].HTML; !strings.Contains(html, "good &lt;morning&gt;") || !strings.Contains(html, "mine") {
		t.Errorf("got %s, want the user's message", html)
	}
	before := r.changes("").Version
	_, a := r.post("/api/clicks", `{"message_id":"`+card+`","open_id":"`+local.SampleUser+`","action":{"tag":"button","value":{"action":"approve"}}}`)
	if a.Status != 200 || a.Result != "answered" || a.Toast != "Approved." {
		t.Fatalf("got %+v, want 200 answered and the toast", a)
	}
	changed := r.changes("?after=" + strconv.Itoa(before)).Messages
	if len(changed) != 1 || changed[0].ID != card || !strings.Contains(changed[0].HTML, "Clicked by User 1 · “Approved.”") || strings.Contains(changed[0].HTML, "data-action") {
		t.Errorf("got %+v, want the card as clicked and decided", changed)
	}
	if status, _ := r.post("/api/clicks", `{"message_id":"om_none","open_id":"ou_1","action":{}}`); status != 404 {
		t.Errorf("got %d for a message that is not there, want 404", status)
	}
}

// Whatever happens, the page shows no secret.
func TestNoSecretIsShown(t *testing.T) {
	r := start(t)
	for _, eventType := range larktest.SampleTypes() {
		r.event(eventType)
	}
	r.wait("?show=sends", 1)
	var seen strings.Builder
	for _, g := range r.changes("").Groups {
		_, _, steps := r.do(r.request("GET", "/api/group?id="+strconv.Itoa(g.ID), ""))
		seen.WriteString(g.HTML + steps)
		for _, m := range regexp.MustCompile(`data-step="(\d+)"`).FindAllStringSubmatch(steps, -1) {
			_, _, details := r.do(r.request("GET", "/api/step?id="+m[1], ""))
			seen.WriteString(details)
		}
	}
	ticket := "dGVzdC1hcHAtdGlja2V0LXZhbHVl" // of the app_ticket sample
	for _, secret := range []string{"local-run-app-secret", larktest.EncryptKey, larktest.VerificationToken, ticket, "Bearer t-"} {
		if i := strings.Index(seen.String(), secret); i >= 0 {
			t.Errorf("a secret is shown: …%s", seen.String()[max(0, i-80):i])
		}
	}
}
