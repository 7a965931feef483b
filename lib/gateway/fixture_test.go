package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/busschema"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/store"
)

// now is the time in every test of this package.
var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const appSecret = "app-secret-text"

// fixture is a gateway on in-memory implementations, and what can be seen of it.
type fixture struct {
	*gateway.Gateway
	docs   store.Documents
	memory *store.Memory
	bus    *bus.Memory
	log    bytes.Buffer
	clock  time.Time

	handler lark.CardHandlerFunc // nil is an app without one

	mu     sync.Mutex
	counts map[metric.Name]int
}

func (w *fixture) count(name metric.Name, _ string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[name]++
}

// cards answers with the fixture's handler.
type cards struct{ *fixture }

func (c cards) Answer(ctx context.Context, app *store.App, ev *lark.Event) (*lark.CardReply, error) {
	if c.handler == nil {
		return nil, gateway.ErrNoHandler
	}
	return gateway.Linked(c.handler).Answer(ctx, app, ev)
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	w := &fixture{bus: &bus.Memory{}, clock: now, counts: map[metric.Name]int{}, docs: store.Documents{"default": settings(nil)}}
	w.bus.Rule(busschema.Rule(t))
	clock := func() time.Time { return w.clock }
	w.memory = store.NewMemory(clock)
	w.Gateway = &gateway.Gateway{
		Apps:    store.NewSettings(w.docs, nil, clock),
		Claims:  w.memory,
		Tickets: w.memory,
		Events:  &bus.Bus{Publisher: w.bus, Blobs: w.bus, InlineLimit: bus.DefaultInlineLimit},
		Cards:   cards{w},
		Now:     clock,
		Observers: []gateway.Observer{
			gateway.Log(slog.New(slog.NewJSONHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
			gateway.Count(w.count),
		},
	}
	t.Cleanup(func() { w.checkSecrets(t, w.log.String()) })
	return w
}

// settings is an app's document, with some fields changed.
func settings(change map[string]any) string {
	doc := map[string]any{
		"app_id": larktest.AppID, "app_secret": appSecret,
		"encrypt_key": larktest.EncryptKey, "verification_token": larktest.VerificationToken,
	}
	maps.Copy(doc, change)
	text, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// checkSecrets looks for every secret of these tests.
func (w *fixture) checkSecrets(t *testing.T, text string) {
	t.Helper()
	entries, err := json.Marshal(w.bus.Entries())
	if err != nil {
		t.Error(err)
	}
	for _, secret := range []string{appSecret, larktest.EncryptKey, larktest.VerificationToken, "dGVzdC1hcHAtdGlja2V0LXZhbHVl"} {
		if strings.Contains(text, secret) || strings.Contains(string(entries), secret) {
			t.Errorf("the secret %.4s… shows in a log, a reply or a bus entry", secret)
		}
	}
}

// post serves a POST and checks that the reply tells nothing.
func (w *fixture) post(t *testing.T, path string, req lark.Delivery) gateway.Reply {
	t.Helper()
	reply := w.Serve(t.Context(), gateway.Request{Method: http.MethodPost, Path: path, Header: req.Header, Body: req.Body})
	w.checkSecrets(t, string(reply.Body))
	if !json.Valid(reply.Body) {
		t.Errorf("the reply is not JSON: %s", reply.Body)
	}
	return reply
}

func want(t *testing.T, got gateway.Reply, status int, body string) {
	t.Helper()
	if got.Status != status || string(got.Body) != body {
		t.Errorf("got %d %s, want %d %s", got.Status, got.Body, status, body)
	}
}

func payload(t testing.TB, eventType string) []byte {
	t.Helper()
	s, ok := larktest.FindSample(eventType)
	if !ok {
		t.Fatalf("no sample of %s", eventType)
	}
	return s.Payload
}

// delivery is what Lark posts at a time.
func delivery(at time.Time, payload []byte) lark.Delivery {
	app := lark.App{
		EncryptKeys:        []lark.EncryptKey{lark.NewEncryptKey(larktest.EncryptKey)},
		VerificationTokens: []lark.Secret{larktest.VerificationToken},
	}
	return app.Sign(payload, at)
}

func (w *fixture) types() []string {
	var types []string
	for _, e := range w.bus.Entries() {
		types = append(types, e.DetailType)
	}
	return types
}
