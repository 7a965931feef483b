package bus_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/busschema"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
)

var created = time.Date(2026, 11, 23, 12, 0, 0, 123e6, time.UTC)

// v2, v1 and message are events as lib/lark makes them.
func v2() *lark.Event {
	return &lark.Event{
		Schema: "2.0", ID: "f7984f25", Type: "contact.user.created_v3", AppID: "cli_a", TenantKey: "736588c9", Time: created, Key: "f7984f25",
		Header: json.RawMessage(`{"event_id":"f7984f25","event_type":"contact.user.created_v3","new":[1.0]}`),
		Body:   json.RawMessage(`{"z":1e2, "a":"\u4f60<&>","n":1234567890123456789}`),
	}
}

func v1() *lark.Event {
	return &lark.Event{
		Schema: "1.0", ID: "bc447199", Type: "leave_approvalV2", AppID: "cli_a", Key: "bc447199",
		Header: json.RawMessage(`{"event_id":"bc447199","event_type":"leave_approvalV2"}`),
		Body:   json.RawMessage(`null`),
	}
}

func traced(id string) *lark.Event {
	ev := v1()
	ev.TraceID = id
	return ev
}

func message() *lark.Event {
	ev := v2()
	ev.Type, ev.Key = lark.TypeMessageReceive, "om_1"
	ev.Message = json.RawMessage(`{"text":"hi","content":{"text":"hi"}}`)
	return ev
}

// publish puts an event on a bus in memory and returns the one entry there.
func publish(t *testing.T, limit int, ev *lark.Event) (bus.Entry, *bus.Memory) {
	t.Helper()
	var m bus.Memory
	m.Rule(busschema.Rule(t))
	id, err := (&bus.Bus{Publisher: &m, Blobs: &m, Bucket: bucket, InlineLimit: limit}).PublishEvent(t.Context(), "team-a", ev)
	entries := m.Entries()
	if err != nil || id == "" || len(entries) != 1 {
		t.Fatalf("published %d entries with id %q, %v", len(entries), id, err)
	}
	return entries[0], &m
}

// The detail is compared as text: Lark's own JSON goes through byte for byte,
// numbers, escapes and the order of the fields included.
func TestEntry(t *testing.T) {
	for _, tt := range []struct {
		name  string
		event *lark.Event
		want  bus.Entry
	}{
		{"schema 2.0", v2(), bus.Entry{
			Source: "lark", DetailType: "contact.user.created_v3", Time: created,
			Resources: []string{"lark:app/cli_a", "lark:tenant/736588c9"},
			Detail: json.RawMessage(`{"schema":"2.0","app":"team-a",` +
				`"header":{"event_id":"f7984f25","event_type":"contact.user.created_v3","new":[1.0]},` +
				`"event":{"z":1e2, "a":"\u4f60<&>","n":1234567890123456789}}`),
		}},
		{"schema 1.0, without time and tenant", v1(), bus.Entry{
			Source: "lark", DetailType: "leave_approvalV2",
			Resources: []string{"lark:app/cli_a"},
			Detail: json.RawMessage(`{"schema":"1.0","app":"team-a",` +
				`"header":{"event_id":"bc447199","event_type":"leave_approvalV2"},"event":null}`),
		}},
		{"with a trace", traced("req-1"), bus.Entry{
			Source: "lark", DetailType: "leave_approvalV2",
			Resources: []string{"lark:app/cli_a"},
			Detail: json.RawMessage(`{"schema":"1.0","app":"team-a","trace_id":"req-1",` +
				`"header":{"event_id":"bc447199","event_type":"leave_approvalV2"},"event":null}`),
		}},
		{"a message", message(), bus.Entry{
			Source: "lark", DetailType: "im.message.receive_v1", Time: created,
			Resources: []string{"lark:app/cli_a", "lark:tenant/736588c9"},
			Detail: json.RawMessage(`{"schema":"2.0","app":"team-a",` +
				`"header":{"event_id":"f7984f25","event_type":"contact.user.created_v3","new":[1.0]},` +
				`"event":{"z":1e2, "a":"\u4f60<&>","n":1234567890123456789},` +
				`"message":{"text":"hi","content":{"text":"hi"}}}`),
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, m := publish(t, bus.DefaultInlineLimit, tt.event)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if readBlob(m, blobOf(tt.event)) != nil {
				t.Error("a small detail is in the bucket too")
			}
		})
	}
}

func TestDetailType(t *testing.T) {
	for _, tt := range []struct{ kind, want string }{
		{"x", "x"},
		{"", "unknown"},
		{strings.Repeat("x", 128), strings.Repeat("x", 128)},
		{strings.Repeat("x", 129), "unknown"},
		{strings.Repeat("é", 64), strings.Repeat("é", 64)},
		{strings.Repeat("é", 64) + "x", "unknown"}, // bytes count, not letters
	} {
		ev := v2()
		ev.Type = tt.kind
		if got, _ := publish(t, bus.DefaultInlineLimit, ev); got.DetailType != tt.want {
			t.Errorf("%.20q: got %.20q, want %.20q", tt.kind, got.DetailType, tt.want)
		}
	}
}

// FuzzDetail puts any JSON through the assembly of the detail, inline and in
// the bucket.
func FuzzDetail(f *testing.F) {
	f.Add(`{"event_id":"1"}`, `{"a":1}`, `{"text":"hi"}`, "im.message.receive_v1", "req-1", 1000)
	f.Add(`{}`, `null`, ``, "", "", 0)
	f.Add(` {"x":"\ud800"} `, "\n[1e400,\"\\u0000\"]\t", `7`, strings.Repeat("t", 200), "\"\\,\x00\u2028", 150)
	f.Fuzz(func(t *testing.T, header, body, text, kind, trace string, limit int) {
		ev := &lark.Event{Schema: "2.0", Type: kind, AppID: "cli_a", TraceID: trace, Header: json.RawMessage(header), Body: json.RawMessage(body)}
		if text != "" {
			ev.Message = json.RawMessage(text)
		}
		if !json.Valid(ev.Header) || !json.Valid(ev.Body) || text != "" && !json.Valid(ev.Message) {
			t.Skip("not JSON")
		}
		got, m := publish(t, limit, ev)
		for name, detail := range map[string][]byte{"entry": got.Detail, "blob": readBlob(m, blobOf(ev))} {
			if detail == nil {
				continue
			}
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(detail, &fields); err != nil {
				t.Fatalf("the detail of the %s is not JSON: %v\n%s", name, err, detail)
			}
			if fields["event"] == nil && fields["s3"] == nil {
				t.Errorf("the %s has neither the event nor its place: %s", name, detail)
			}
			var id string
			if name == "blob" {
				if fields["trace_id"] != nil {
					t.Errorf("the blob has a trace: %s", detail)
				}
			} else if fields["trace_id"] != nil && json.Unmarshal(fields["trace_id"], &id) != nil || id != trace && utf8.ValidString(trace) {
				t.Errorf("the %s has the trace %s, want %q", name, fields["trace_id"], trace)
			}
			if event, want := fields["event"], strings.TrimSpace(body); event != nil && string(event) != want {
				t.Errorf("the %s has the event %s, want %s", name, event, want)
			}
		}
	})
}
