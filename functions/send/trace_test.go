package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"larkbridge/lib/stage"
)

// ids are what an event, a log line or a result tells of where it belongs.
type ids struct {
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
}

// line is the one line with a message in a function's log.
func line(t *testing.T, logs, message string, into any) {
	t.Helper()
	found := 0
	for text := range strings.Lines(logs) {
		var head struct{ Message string }
		if json.Unmarshal([]byte(text), &head) != nil || head.Message != message {
			continue
		}
		found++
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	if found != 1 {
		t.Fatalf("%d lines of %s:\n%s", found, message, logs)
	}
}

// From Lark's log id one finds the event, what was sent because of it, and
// what became of that: in the log of each function and on the bus.
func TestTrace(t *testing.T) {
	const logID, eventID = "20261123120000ABCDEF", "5c8443069f6b557120154f976734f273"
	s, platform := newLark(t)
	event, send := s.Start("event"), s.Start("send")

	delivery := stage.Delivery(stage.Payload(t, "im.message.receive_v1"))
	delivery.Header["X-Tt-Logid"] = logID
	if status, body := s.Post(event, "/event", delivery); status != 200 {
		t.Fatalf("got %d %s\n%s", status, body, event.Logs())
	}
	var request struct {
		Outcome, RequestID string
		LogID              string `json:"log_id"`
		EventID            string `json:"event_id"`
	}
	line(t, event.Logs(), "request", &request)
	if request.Outcome != "published" || request.LogID != logID || request.EventID != eventID || request.RequestID == "" {
		t.Errorf("the log of event: %+v", request)
	}

	entries := s.Entries()
	if len(entries) != 1 {
		t.Fatalf("%d entries on the bus", len(entries))
	}
	invoke(t, send, transformed(t, entries[0].Detail))
	checkChat(t, platform, []string{"You said: hello"})

	want := ids{logID, eventID}
	var logged, reported ids
	line(t, send.Logs(), "send", &logged)
	entries = s.Entries()
	if len(entries) != 1 || json.Unmarshal(entries[0].Detail, &reported) != nil {
		t.Fatalf("on the bus: %+v", entries)
	}
	if diff := cmp.Diff([]ids{want, want}, []ids{logged, reported}); diff != "" {
		t.Errorf("the log of send, and its result: %s", diff)
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
