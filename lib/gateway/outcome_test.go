package gateway_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/store"
)

const aLogID = "20261123120000ABCDEF"

// lines are the lines of requests in the log.
func (w *fixture) lines(t *testing.T) []map[string]any {
	t.Helper()
	return harness.Lines(t, w.log.String(), "request")
}

// withLogID is a request as it comes from Lark, with a log id in its header.
func withLogID(req lark.Delivery, id string) lark.Delivery {
	header := http.Header{"X-Tt-Logid": {id}}
	if signed, ok := req.Header.(http.Header); ok {
		maps.Copy(header, signed)
	}
	return lark.Delivery{Header: header, Body: req.Body}
}

// noTickets is a table that keeps no ticket.
type noTickets struct{}

func (noTickets) PutTicket(context.Context, string, lark.Secret, time.Time) error {
	return errors.New("the table is down")
}

// Every request leaves one line, whatever becomes of it, with these keys.
func TestLines(t *testing.T) {
	const (
		always  = "log_id ms outcome status "
		event   = "age_ms app app_id event_id log_id ms outcome status tenant_key type "
		refused = "app error log_id ms outcome status "
	)
	message, click, ticket := payload(t, "im.message.receive_v1"), payload(t, "card.action.trigger"), payload(t, "app_ticket")
	good := delivery(now, message)
	challenge := lark.Delivery{Body: lark.NewEncryptKey(larktest.EncryptKey).Encrypt(
		[]byte(`{"challenge":"c","token":"` + larktest.VerificationToken + `","type":"url_verification"}`))}
	change := func(fields map[string]any) func(*fixture) {
		return func(w *fixture) { w.docs["default"] = settings(fields) }
	}
	handler := func(h lark.CardHandlerFunc) func(*fixture) { return func(w *fixture) { w.handler = h } }
	twice := func(path string, req lark.Delivery) func(*fixture) {
		return func(w *fixture) { w.post(t, path, req) }
	}
	for _, tt := range []struct {
		level, outcome string
		prepare        func(*fixture)
		path           string
		req            lark.Delivery
		keys           string
	}{
		{"INFO", "published", nil, "/event", good, event + "bus_id claim_ms publish_ms mark_ms"},
		{"INFO", "duplicate", twice("/event", good), "/event", good, event + "claim_ms"},
		{"ERROR", "held", func(w *fixture) { w.Events = &failing{1, w.Events}; w.post(t, "/event", good) }, "/event", good, event + "claim_ms"},
		{"ERROR", "not published", func(w *fixture) { w.Events = &failing{1, nil} }, "/event", good, event + "claim_ms publish_ms error"},
		{"ERROR", "no table", func(w *fixture) { w.Claims, w.FailClosed = noTable{w.memory, true, true}, true }, "/event", good, event + "claim_ms"},
		{"INFO", "challenge", nil, "/event", challenge, always + "app"},
		{"INFO", "ticket", nil, "/event", delivery(now, ticket), event},
		{"ERROR", "ticket not stored", func(w *fixture) { change(map[string]any{"type": "marketplace"})(w); w.Tickets = noTickets{} }, "/event", delivery(now, ticket), event + "error"},
		{"INFO", "answered", handler(approve), "/card", delivery(now, click), event + "bus_id claim_ms publish_ms handler_ms mark_ms"},
		{"INFO", "no handler", nil, "/card", delivery(now, click), event + "bus_id claim_ms publish_ms mark_ms"},
		{"WARN", "fallback", handler(func(context.Context, *lark.Click) (*lark.CardReply, error) { return nil, errors.New("no") }), "/card", delivery(now, click),
			event + "bus_id claim_ms publish_ms handler_ms mark_ms error"},
		{"INFO", "duplicate", twice("/card", delivery(now, click)), "/card", delivery(now, click), event + "claim_ms"},
		{"WARN", "refused", nil, "/event", delivery(now.Add(-lark.EventMaxAge-time.Second), message), refused},
		{"WARN", "refused", nil, "/event", lark.Delivery{Body: []byte("hello")}, refused},
		{"WARN", "unknown app", nil, "/event/other", good, refused},
		{"ERROR", "no settings", func(w *fixture) { w.docs["default"] = "{}" }, "/event", good, refused},
		{"INFO", "no such path", nil, "/other", good, always},
		{"INFO", "no such path", nil, "/event/NO NAME", good, always},
		{"INFO", "too large", nil, "/event", lark.Delivery{Body: make([]byte, lark.MaxBody+1)}, always + "app"},
	} {
		t.Run(tt.outcome, func(t *testing.T) {
			w := newFixture(t)
			if tt.prepare != nil {
				tt.prepare(w)
			}
			w.log.Reset()
			reply := w.post(t, tt.path, withLogID(tt.req, aLogID))
			lines := w.lines(t)
			if len(lines) != 1 {
				t.Fatalf("%d lines: %s", len(lines), w.log.String())
			}
			line := lines[0]
			if line["level"] != tt.level || line["outcome"] != tt.outcome || line["status"] != float64(reply.Status) || line["log_id"] != aLogID {
				t.Errorf("got %v, want level %s, outcome %s, status %d, log id %s", line, tt.level, tt.outcome, reply.Status, aLogID)
			}
			harness.CheckKeys(t, line, tt.keys)
		})
	}
	w := newFixture(t)
	w.Serve(t.Context(), gateway.Request{Method: "GET", Path: "/event"})
	if lines := w.lines(t); len(lines) != 1 || lines[0]["outcome"] != "not a POST" {
		t.Errorf("a GET: %v", lines)
	}
}

// slow is settings, table, bus and handler that take their time.
type slow struct {
	gateway.Apps
	gateway.Claims
	bus *bus.Bus
}

func (s slow) App(ctx context.Context, name string) (*store.App, error) {
	time.Sleep(20 * time.Millisecond)
	return s.Apps.App(ctx, name)
}

func (s slow) Claim(ctx context.Context, key, owner string, lease, ttl time.Duration) (store.State, []byte, error) {
	time.Sleep(30 * time.Millisecond)
	return s.Claims.Claim(ctx, key, owner, lease, ttl)
}

func (s slow) PublishEvent(ctx context.Context, app string, ev *lark.Event) (string, error) {
	time.Sleep(50 * time.Millisecond)
	return s.bus.PublishEvent(ctx, app, ev)
}

func (s slow) Complete(ctx context.Context, key string, result []byte, ttl time.Duration) error {
	time.Sleep(70 * time.Millisecond)
	return s.Claims.Complete(ctx, key, result, ttl)
}

// The line tells where the time went. A click is published while its handler
// works.
func TestDurations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		w.handler = func(context.Context, *lark.Click) (*lark.CardReply, error) {
			time.Sleep(90 * time.Millisecond)
			return nil, nil
		}
		s := slow{w.Apps, w.Claims, w.Events.(*bus.Bus)}
		w.Apps, w.Claims, w.Events, w.Now = s, s, s, time.Now
		want(t, w.post(t, "/event", delivery(time.Now(), payload(t, "im.message.receive_v1"))), 200, `{}`)
		want(t, w.post(t, "/card", delivery(time.Now(), payload(t, "card.action.trigger"))), 200, `{}`)
		durations := func(line map[string]any) map[string]any {
			maps.DeleteFunc(line, func(key string, _ any) bool { return key == "age_ms" || key != "ms" && !strings.HasSuffix(key, "_ms") })
			return line
		}
		lines := w.lines(t)
		if diff := cmp.Diff([]map[string]any{
			{"ms": 170.0, "settings_ms": 20.0, "claim_ms": 30.0, "publish_ms": 50.0, "mark_ms": 70.0},
			{"ms": 210.0, "settings_ms": 20.0, "claim_ms": 30.0, "publish_ms": 50.0, "handler_ms": 90.0, "mark_ms": 70.0},
		}, []map[string]any{durations(lines[0]), durations(lines[1])}); diff != "" {
			t.Error(diff)
		}
	})
}
