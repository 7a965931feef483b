package gateway_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// trace is the trace_id of the last entry on the bus.
func (w *fixture) trace(t *testing.T) string {
	t.Helper()
	entries := w.bus.Entries()
	if len(entries) == 0 {
		t.Fatal("nothing is on the bus")
	}
	var detail struct {
		TraceID string `json:"trace_id"`
	}
	if err := json.Unmarshal(entries[len(entries)-1].Detail, &detail); err != nil {
		t.Fatal(err)
	}
	return detail.TraceID
}

// What happens because of an event is found by Lark's log id, else by the id
// of the invocation, which is in its log; outside of Lambda by one of its own.
func TestTrace(t *testing.T) {
	message := delivery(now, payload(t, "im.message.receive_v1"))
	invocation := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "8476a536-e9f4-11e8-9739-2dfe598c3fcd"})
	for _, tt := range []struct {
		name   string
		lambda bool
		req    lark.Delivery
		want   string // "" for a new one
	}{
		{"Lark's log id", true, withLogID(message, aLogID), aLogID},
		{"in the local run too", false, withLogID(message, aLogID), aLogID},
		{"the invocation's id", true, message, "8476a536-e9f4-11e8-9739-2dfe598c3fcd"},
		{"a new one", false, message, ""},
	} {
		w := newFixture(t)
		ctx := t.Context()
		if tt.lambda {
			ctx = invocation
		}
		want(t, w.Serve(ctx, gateway.Request{Method: "POST", Path: "/event", Header: tt.req.Header, Body: tt.req.Body}), 200, `{}`)
		if got := w.trace(t); tt.want != "" && got != tt.want || len(got) < 20 {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Each delivery of an event has another log id. It is still one event.
func TestTraceIsNoKey(t *testing.T) {
	w := newFixture(t)
	for path, sample := range map[string]string{"/event": "im.message.receive_v1", "/card": "card.action.trigger"} {
		for _, id := range []string{"first", "second"} {
			want(t, w.post(t, path, withLogID(delivery(now, payload(t, sample)), id)), 200, `{}`)
		}
	}
	if got := w.types(); len(got) != 2 || w.trace(t) != "first" {
		t.Errorf("on the bus: %v, the last with the trace %s", got, w.trace(t))
	}
}

// No signature covers a header: what somebody puts there reaches neither the
// log nor the bus.
func TestHostileLogID(t *testing.T) {
	for _, id := range []string{
		"evil\nlevel=ERROR", "evil\x1b[31m", "evil\x00", `evil"`, `evil","outcome":"published`, `evil\`, "evil\u2028", "évil", "evil\xff",
		"evil ", "evil,other", "${evil}", "<evil>", strings.Repeat("evil", 10<<10/4),
	} {
		w := newFixture(t)
		want(t, w.post(t, "/event", withLogID(delivery(now, payload(t, "im.message.receive_v1")), id)), 200, `{}`)
		want(t, w.post(t, "/event", withLogID(lark.Delivery{Body: []byte("hello")}, id)), 400, `{"error":"bad_request"}`)
		for _, line := range w.lines(t) {
			if line["log_id"] != nil {
				t.Errorf("%.30q is in the log as %q", id, line["log_id"])
			}
		}
		if trace := w.trace(t); strings.Contains(trace, "vil") || trace == "" {
			t.Errorf("%.30q makes the trace %q", id, trace)
		}
		if log := w.log.String(); len(w.lines(t)) != 2 || strings.Contains(log, "vil") {
			t.Errorf("%.30q leaves %d lines: %.500s", id, len(w.lines(t)), log)
		}
	}
}
