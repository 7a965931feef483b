package demo_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/busschema"
	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/local/demo"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// fixture is the local run with echo and approval, without a network, so
// that it runs on the clock of a synctest bubble.
type fixture struct {
	t        *testing.T
	platform *larktest.Platform
	server   *local.Server
	echo     *demo.Echo
	approval *demo.Approval
	signer   local.Signer

	mu    sync.Mutex
	steps []local.Step
}

func empty(string) string { return "" } // an environment

// inFixture runs a test in a bubble, with one card in the chat.
func inFixture(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{t: t}
		calls := local.NewCalls(f.show, time.Now)
		f.platform = local.NewPlatform(calls)
		app, err := local.NewApp(empty, "http://127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		if f.signer, err = local.NewSigner(empty); err != nil {
			t.Fatal(err)
		}
		f.server = local.New(app, f, calls, time.Now, f.show)
		f.server.Rule(busschema.Rule(t))
		ctx, cancel := context.WithCancel(t.Context())
		f.echo = demo.NewEcho(ctx, f.server)
		f.approval = demo.NewApproval(ctx, f.server, f.platform)
		defer func() { cancel(); f.echo.Wait(); f.approval.Wait() }()
		if err := f.approval.Ask(ctx); err != nil {
			t.Fatal(err)
		}
		test(t, f)
	})
}

func (f *fixture) show(s local.Step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.steps = append(f.steps, s)
}

// Do is the client for Lark.
func (f *fixture) Do(req *http.Request) (*http.Response, error) {
	if req.Body == nil {
		req.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	f.platform.ServeHTTP(w, req)
	return w.Result(), nil
}

// do makes a request to the local run.
func (f *fixture) do(req *http.Request) (int, string) {
	w := httptest.NewRecorder()
	f.server.ServeHTTP(w, req)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func (f *fixture) ask(method, path, body string) (int, string) {
	return f.do(httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body)))
}

// event posts a sample event.
func (f *fixture) event(eventType string, edit local.Edit) (int, string) {
	f.t.Helper()
	req, err := f.signer.Request(f.t.Context(), "http://localhost"+local.Endpoint(eventType), eventType, edit, time.Now())
	if err != nil {
		f.t.Fatal(err)
	}
	return f.do(req)
}

// click clicks the newest card and makes the requests of its callback.
func (f *fixture) click(eventType, value string) (local.Click, func() *http.Request) {
	f.t.Helper()
	var click local.Click
	status, body := f.ask("POST", "/api/click", "")
	if err := json.Unmarshal([]byte(body), &click); status != 200 || err != nil {
		f.t.Fatalf("POST /api/click gives %d %s", status, body)
	}
	req, err := f.signer.Request(f.t.Context(), "http://localhost/card", eventType,
		local.Edit{Click: &click, Value: json.RawMessage(value)}, time.Now())
	if err != nil {
		f.t.Fatal(err)
	}
	return click, func() *http.Request {
		second := req.Clone(f.t.Context())
		second.Body, _ = req.GetBody() // never fails: it is in memory
		return second
	}
}

// message is the message of a card as it stands.
func (f *fixture) message(id string) larktest.Message {
	f.t.Helper()
	m, ok := f.platform.Message(id)
	if !ok {
		f.t.Fatalf("there is no message %s", id)
	}
	return m
}

// updates are the delayed updates so far.
func (f *fixture) updates() (list []larktest.RecordedCall) {
	for _, c := range f.platform.Calls() {
		if strings.HasSuffix(c.Path, "/card/update") {
			list = append(list, c)
		}
	}
	return list
}

// shown returns the steps of a kind as subjects and notes.
func (f *fixture) shown(kind string) (list []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.steps {
		if s.Kind == kind {
			list = append(list, s.Subject+": "+s.Note)
		}
	}
	return list
}
