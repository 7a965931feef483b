package gateway_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/metric"
)

func TestReplies(t *testing.T) {
	w := newFixture(t)
	good := delivery(now, payload(t, "im.message.receive_v1"))
	changed := lark.Delivery{Header: good.Header, Body: bytes.Replace(good.Body, []byte("encrypt"), []byte("encrypT"), 1)}
	notLark := lark.Delivery{Body: []byte("hello")}
	large := lark.Delivery{Body: make([]byte, lark.MaxBody+1)}
	for _, tt := range []struct {
		name, method, path string
		req                lark.Delivery
		status             int
		body               string
	}{
		{"a changed byte", "POST", "/event", changed, 401, `{"error":"unauthorized"}`},
		{"not Lark", "POST", "/event", notLark, 400, `{"error":"bad_request"}`},
		{"too large", "POST", "/event", large, 413, `{"error":"too_large"}`},
		{"as large as can be", "POST", "/event", lark.Delivery{Body: make([]byte, lark.MaxBody)}, 401, `{"error":"unauthorized"}`},
		{"GET", "GET", "/event", good, 405, `{"error":"method_not_allowed"}`},
		{"another path", "POST", "/other", good, 404, `{"error":"not_found"}`},
		{"no path", "POST", "", good, 404, `{"error":"not_found"}`},
		{"a longer path", "POST", "/event/default/x", good, 404, `{"error":"not_found"}`},
		{"a slash behind an unknown name", "POST", "/event/other/", good, 404, `{"error":"not_found"}`},
		{"a name that is none", "POST", "/event/UPPER", good, 404, `{"error":"not_found"}`},
		{"an unknown app", "POST", "/event/other", good, 404, `{"error":"not_found"}`},
	} {
		reply := w.Serve(t.Context(), gateway.Request{Method: tt.method, Path: tt.path, Header: tt.req.Header, Body: tt.req.Body})
		if reply.Status != tt.status || string(reply.Body) != tt.body {
			t.Errorf("%s: got %d %s, want %d %s", tt.name, reply.Status, reply.Body, tt.status, tt.body)
		}
	}
	if n := len(w.bus.Entries()); n != 0 {
		t.Errorf("%d entries on the bus", n)
	}
}

func TestChallengeNeedsNeitherTableNorBus(t *testing.T) {
	w := newFixture(t)
	w.Claims, w.Events = nil, nil
	body := lark.NewEncryptKey(larktest.EncryptKey).Encrypt([]byte(`{"challenge":"a\"<b>\\","token":"` + larktest.VerificationToken + `","type":"url_verification"}`))
	reply := w.post(t, "/card", lark.Delivery{Body: body})
	var got struct{ Challenge string }
	if err := json.Unmarshal(reply.Body, &got); err != nil || reply.Status != 200 || got.Challenge != `a"<b>\` {
		t.Errorf("got %d %s, want 200 and the challenge", reply.Status, reply.Body)
	}
}

// A key that was rotated works at once, and a wrong signature makes at most
// one read in 5 s.
func TestRotatedKey(t *testing.T) {
	w := newFixture(t)
	w.docs["default"] = settings(map[string]any{"encrypt_key": "old"})
	message := payload(t, "im.message.receive_v1")
	want(t, w.post(t, "/event", delivery(now, message)), 401, `{"error":"unauthorized"}`)
	w.docs["default"] = settings(nil)
	want(t, w.post(t, "/event", delivery(now, message)), 401, `{"error":"unauthorized"}`)
	w.clock = now.Add(5 * time.Second)
	want(t, w.post(t, "/event", delivery(now, message)), 200, `{}`)
}

func TestBrokenSettings(t *testing.T) {
	w := newFixture(t)
	w.docs["bad"] = `{"app_id":"a","app_secret":7}`
	want(t, w.post(t, "/event/bad", delivery(now, payload(t, "im.message.receive_v1"))), 503, `{"error":"unavailable"}`)
	if log := w.log.String(); !strings.Contains(log, "settings of bad") || !strings.Contains(log, "app_secret") {
		t.Errorf("the log does not name parameter and field: %s", log)
	}
}

func TestTicket(t *testing.T) {
	for kind, kept := range map[string]string{"marketplace": "dGVzdC1hcHAtdGlja2V0LXZhbHVl", "custom": ""} {
		w := newFixture(t)
		w.docs["default"] = settings(map[string]any{"type": kind})
		w.Observers = append(w.Observers, gateway.Count(func(name metric.Name, app string) {
			if app != "default" {
				t.Errorf("%s: %s is counted for the app %q, want default", kind, name, app)
			}
		}))
		want(t, w.post(t, "/event", delivery(now, payload(t, "app_ticket"))), 200, `{}`)
		if n := w.counts[metric.TicketStored]; n != len(w.counts) || (n == 1) != (kept != "") {
			t.Errorf("%s: counts %v", kind, w.counts)
		}
		got, err := w.memory.Ticket(t.Context(), larktest.AppID)
		if err != nil || got.Reveal() != kept {
			t.Errorf("%s: kept %d characters, %v", kind, len(got.Reveal()), err)
		}
		if n := len(w.bus.Entries()); n != 0 {
			t.Errorf("%s: %d entries on the bus", kind, n)
		}
	}
}

func TestClickIsAnsweredAndPublished(t *testing.T) {
	w := newFixture(t)
	w.docs["default"] = settings(map[string]any{"card_toast": "Got \"it\""})
	const answer = `{"toast":{"content":"Got \"it\"","type":"info"}}`
	old := anotherClick(payload(t, "card.action.trigger_v1"))
	oldClick := delivery(now, old)
	want(t, w.post(t, "/card", delivery(now, payload(t, "card.action.trigger"))), 200, answer)
	want(t, w.post(t, "/event", oldClick), 200, answer) // both paths take it
	want(t, w.post(t, "/card", oldClick), 200, answer)  // delivered twice
	want(t, w.post(t, "/card", delivery(now, payload(t, "url.preview.get"))), 200, `{}`)
	if got := w.types(); !slices.Equal(got, []string{"card.action.trigger", "card.action.trigger", "url.preview.get"}) {
		t.Errorf("on the bus: %v", got)
	}
}
