package local_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/busschema"
	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/local/demo"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// fixture is the local run with its stand-in, both over HTTP.
type fixture struct {
	t        *testing.T
	url      string
	platform *larktest.Platform
	echo     *demo.Echo
	signer   local.Signer

	mu      sync.Mutex
	steps   []local.Step
	bearers []string
	seen    strings.Builder // every reply
}

func nothing(string) string { return "" }

func start(t *testing.T) *fixture {
	t.Helper()
	return startWith(t, func(ctx context.Context, f *fixture, server *local.Server) {
		f.echo = demo.NewEcho(ctx, server)
	})
}

// startWith starts the local run; add adds what is in it.
func startWith(t *testing.T, add func(ctx context.Context, f *fixture, server *local.Server)) *fixture {
	t.Helper()
	f := &fixture{t: t}
	calls := local.NewCalls(f.show, time.Now)
	f.platform = local.NewPlatform(calls)
	lark := httptest.NewServer(f.platform)
	t.Cleanup(lark.Close)
	app, err := local.NewApp(nothing, lark.URL)
	if err != nil {
		t.Fatal(err)
	}
	if f.signer, err = local.NewSigner(nothing); err != nil {
		t.Fatal(err)
	}
	server := local.New(app, f, calls, time.Now, f.show)
	server.Rule(busschema.Rule(t))
	ctx, cancel := context.WithCancel(context.Background())
	site := httptest.NewUnstartedServer(server)
	f.url = "http://" + site.Listener.Addr().String()
	t.Cleanup(func() {
		site.Close()
		cancel()
		if f.echo != nil {
			f.echo.Wait()
		}
		server.Close()
	})
	add(ctx, f, server)
	site.Start()
	return f
}

func (f *fixture) show(s local.Step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.steps = append(f.steps, s)
}

// Do is the client for Lark. It records the tokens, which must not be shown anywhere.
func (f *fixture) Do(req *http.Request) (*http.Response, error) {
	if _, token, ok := strings.Cut(req.Header.Get("Authorization"), " "); ok {
		f.mu.Lock()
		f.bearers = append(f.bearers, token)
		f.mu.Unlock()
	}
	return http.DefaultClient.Do(req)
}

// event makes a request of a new sample.
func (f *fixture) event(eventType string, edit local.Edit) *http.Request {
	f.t.Helper()
	req, err := f.signer.Request(f.t.Context(), f.url+local.Endpoint(eventType), eventType, edit, time.Now())
	if err != nil {
		f.t.Fatal(err)
	}
	return req
}

// do makes a request and returns the reply.
func (f *fixture) do(req *http.Request) (int, string) {
	f.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	fmt.Fprintln(&f.seen, resp.Header, string(body))
	return resp.StatusCode, string(body)
}

func (f *fixture) ask(method, path, body string) (int, string) {
	f.t.Helper()
	return f.do(f.request(method, path, body))
}

func (f *fixture) request(method, path, body string) *http.Request {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	return req
}

// echoed waits for the first echo.
func (f *fixture) echoed() {
	f.t.Helper()
	if err := <-f.echo.First(); err != nil {
		f.t.Fatal(err)
	}
}

// shown returns the steps of a kind.
func (f *fixture) shown(kind string) []local.Step {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []local.Step
	for _, s := range f.steps {
		if s.Kind == kind {
			list = append(list, s)
		}
	}
	return list
}

// Whatever is posted, no secret shows anywhere.
func TestNoSecretIsSeen(t *testing.T) {
	f := start(t)
	for _, eventType := range local.Types() {
		f.do(f.event(eventType, local.Edit{}))
	}
	f.echoed()
	f.ask("POST", "/send", `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`)
	f.ask("POST", "/send", `{"message":{"to":{"chat_id":""},"text":"hi"}}`)
	f.ask("POST", "/send", `{"request":{"method":"GET","path":"/open-apis/none"}}`)
	f.ask("POST", "/event", `{"token":"wrong"}`)
	for _, path := range []string{"/api/events", "/api/calls"} {
		if status, body := f.ask("GET", path, ""); status != 200 || len(body) < 10 {
			t.Fatalf("GET %s gives %d %s", path, status, body)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := f.seen.String() + fmt.Sprintf("%+v", f.steps)
	if len(f.bearers) == 0 {
		t.Fatal("no call carried a token")
	}
	ticket := "dGVzdC1hcHAtdGlja2V0LXZhbHVl" // of the app_ticket sample
	for _, secret := range append(f.bearers, local.AppSecret, larktest.EncryptKey, larktest.VerificationToken, ticket) {
		if i := strings.Index(seen, secret); i >= 0 {
			t.Errorf("a secret is seen: …%s", seen[max(0, i-80):i])
		}
	}
}
