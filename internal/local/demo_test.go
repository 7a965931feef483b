package local_test

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

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// demo is the local run with the approval, without a network: so it runs on
// the clock of a bubble.
type demo struct {
	t        *testing.T
	platform *larktest.Platform
	server   *local.Server
	approval *local.Approval
	signer   local.Signer

	mu    sync.Mutex
	steps []local.Step
}

// inDemo runs a test in a bubble, with one card in the chat.
func inDemo(t *testing.T, test func(t *testing.T, d *demo)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &demo{t: t}
		calls := local.NewCalls(d.show, time.Now)
		d.platform = local.NewPlatform(calls)
		app, err := local.NewApp(nothing, "http://127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		if d.signer, err = local.NewSigner(nothing); err != nil {
			t.Fatal(err)
		}
		d.server = local.New(app, d, calls, time.Now, d.show)
		ctx, cancel := context.WithCancel(t.Context())
		d.approval = local.NewApproval(ctx, d.server, d.platform)
		defer func() { cancel(); d.approval.Wait() }()
		if err := d.approval.Ask(ctx); err != nil {
			t.Fatal(err)
		}
		test(t, d)
	})
}

func (d *demo) show(s local.Step) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.steps = append(d.steps, s)
}

// Do is the client for Lark.
func (d *demo) Do(req *http.Request) (*http.Response, error) {
	if req.Body == nil {
		req.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	d.platform.ServeHTTP(w, req)
	return w.Result(), nil
}

// do makes a request to the local run.
func (d *demo) do(req *http.Request) (int, string) {
	w := httptest.NewRecorder()
	d.server.ServeHTTP(w, req)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func (d *demo) ask(method, path, body string) (int, string) {
	return d.do(httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body)))
}

// click clicks the newest card and makes the requests of its callback.
func (d *demo) click(eventType, value string) (local.Click, func() *http.Request) {
	d.t.Helper()
	var click local.Click
	status, body := d.ask("POST", "/api/click", "")
	if err := json.Unmarshal([]byte(body), &click); status != 200 || err != nil {
		d.t.Fatalf("POST /api/click gives %d %s", status, body)
	}
	req, err := d.signer.Request(d.t.Context(), "http://localhost/card", eventType,
		local.Edit{Click: &click, Value: json.RawMessage(value)}, time.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	return click, func() *http.Request {
		again := req.Clone(d.t.Context())
		again.Body, _ = req.GetBody() // never fails: it is in memory
		return again
	}
}

// message is the message of a card as it stands.
func (d *demo) message(id string) larktest.Message {
	d.t.Helper()
	m, ok := d.platform.Message(id)
	if !ok {
		d.t.Fatalf("there is no message %s", id)
	}
	return m
}

// updates are the delayed updates so far.
func (d *demo) updates() (list []larktest.RecordedCall) {
	for _, c := range d.platform.Calls() {
		if strings.HasSuffix(c.Path, "/card/update") {
			list = append(list, c)
		}
	}
	return list
}

// told returns the steps of a kind as subjects and notes.
func (d *demo) told(kind string) (list []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.steps {
		if s.Kind == kind {
			list = append(list, s.Subject+": "+s.Note)
		}
	}
	return list
}
