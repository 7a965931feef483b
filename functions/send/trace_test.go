package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
)

// correlation has the ids that relate an event and a result.
type correlation struct {
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
}

// line is the one line with a message in a function's log.
func line(t *testing.T, logs, message string) map[string]any {
	t.Helper()
	found := harness.Lines(t, logs, message)
	if len(found) != 1 {
		t.Fatalf("got %d lines of %s, want 1:\n%s", len(found), message, logs)
	}
	return found[0]
}

// From Lark's log id one finds the event, what was sent because of it, and
// what became of that: in the log of each function and on the bus.
func TestTrace(t *testing.T) {
	const logID, eventID = "20261123120000ABCDEF", "5c8443069f6b557120154f976734f273"
	s, platform := newLark(t)
	event, send := s.Start("event"), s.Start("send")

	delivery := stage.Delivery(stage.Payload(t, "im.message.receive_v1"))
	delivery.Header.(http.Header).Set("X-Tt-Logid", logID)
	if status, body := s.Post(event, "/event", delivery); status != 200 {
		t.Fatalf("got %d %s, want 200\n%s", status, body, event.Logs())
	}
	request := line(t, event.Logs(), "request")
	if id, _ := request["requestId"].(string); id == "" || request["outcome"] != "published" || request["log_id"] != logID || request["event_id"] != eventID {
		t.Errorf("got the log line %v, want the ids of the event", request)
	}

	entries := s.Entries()
	if len(entries) != 1 {
		t.Fatalf("got %d entries on the bus, want 1", len(entries))
	}
	invoke(t, send, transformed(t, entries[0].Detail))
	checkChat(t, platform, []string{"You said: hello"})

	want := correlation{logID, eventID}
	sent := line(t, send.Logs(), "send")
	var reported correlation
	entries = s.Entries()
	if len(entries) != 1 || json.Unmarshal(entries[0].Detail, &reported) != nil {
		t.Fatalf("got %+v on the bus, want one result", entries)
	}
	if diff := cmp.Diff([]any{logID, eventID, want}, []any{sent["trace_id"], sent["correlation_id"], reported}); diff != "" {
		t.Errorf("the log of send, and its result (-want +got): %s", diff)
	}
}

// transformed is the request that a rule makes of an event with the
// InputPathsMap {"app": "$.detail.app", "trace": "$.detail.trace_id",
// "event": "$.detail.header.event_id", "text": "$.detail.message.text"}.
func transformed(t *testing.T, detail []byte) string {
	t.Helper()
	var d struct {
		App     string
		TraceID string `json:"trace_id"`
		Header  struct {
			EventID string `json:"event_id"`
		}
		Message struct{ Text string }
	}
	if err := json.Unmarshal(detail, &d); err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("<app>", d.App, "<trace>", d.TraceID, "<event>", d.Header.EventID, "<text>", d.Message.Text).Replace(
		`{"app": "<app>", "idempotency_key": "<event>", "trace_id": "<trace>", "correlation_id": "<event>", ` +
			`"message": {"to": {"chat_id": "oc_1"}, "text": "You said: <text>"}}`)
}
