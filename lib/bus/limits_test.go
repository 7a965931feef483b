package bus_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// publishEvent returns the entry of an event and the objects that it needs.
func publishEvent(t *testing.T, ev *lark.Event) (bus.Entry, *bus.Memory) {
	t.Helper()
	memory := &bus.Memory{}
	b := &bus.Bus{Publisher: memory, Blobs: memory, Bucket: "b", InlineLimit: bus.DefaultInlineLimit}
	if _, err := b.PublishEvent(context.Background(), "default", ev); err != nil {
		t.Fatal(err)
	}
	return memory.Entries()[0], memory
}

func lists(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// What EventBridge refuses goes as a pointer; what it takes stays inline.
func TestWhatEventBridgeTakes(t *testing.T) {
	for body, inline := range map[string]bool{
		`{"a":9223372036854775807,"b":-9223372036854775808}`:                true,
		`{"a":9223372036854775808}`:                                         false,
		`{"a":[1,-9223372036854775809]}`:                                    false,
		`{"a":123456789012345678901234567890}`:                              false,
		`{"a":123456789012345678901234567890.5,"b":1e400,"c":-0.0}`:         true,
		`{"a":"\"123456789012345678901","b":"\\","c":1}`:                    true,
		`{"a":"\\","b":123456789012345678901}`:                              false,
		`{"123456789012345678901":"[[["}`:                                   true,
		`{"a":` + lists(998) + `}`:                                          true, // with the detail and the event, 1,000 levels
		`{"a":` + lists(999) + `}`:                                          false,
		`{"a":[` + strings.Repeat(lists(500)+",", 20) + `0]}`:               true,
		`{"a":` + strings.Repeat(`{"b":`, 1500) + strings.Repeat("}", 1501): false,
	} {
		ev := &lark.Event{Type: "x", Key: "k", Header: json.RawMessage(`{}`), Body: json.RawMessage(body)}
		entry, memory := publishEvent(t, ev)
		var detail struct {
			Event json.RawMessage
			S3    *bus.Location
		}
		if err := json.Unmarshal(entry.Detail, &detail); err != nil {
			t.Fatal(err)
		}
		if got := detail.S3 == nil; got != inline {
			t.Errorf("%.60s: inline %v, want %v", body, got, inline)
			continue
		}
		if inline {
			continue
		}
		object, size, err := memory.Open(context.Background(), "b", detail.S3.Key)
		if err != nil || size != int64(detail.S3.Size) {
			t.Fatalf("%.60s: got an object of %d bytes, %v, want %d", body, size, err, detail.S3.Size)
		}
		object.Close()
	}
}

// A header that EventBridge does not take is reduced to its documented fields.
func TestHeaderThatEventBridgeRefuses(t *testing.T) {
	ev := &lark.Event{Type: "x", Key: "k", Header: json.RawMessage(`{"event_id":"e","n":12345678901234567890,"create_time":12345678901234567890}`), Body: json.RawMessage(`{}`)}
	entry, _ := publishEvent(t, ev)
	var detail struct {
		Header map[string]any
		S3     *bus.Location
	}
	if err := json.Unmarshal(entry.Detail, &detail); err != nil || detail.S3 == nil || len(detail.Header) != 1 || detail.Header["event_id"] != "e" {
		t.Errorf("got %s, %v, want a pointer and the event id", entry.Detail, err)
	}
}

// A message's words are in rules' reach whatever numbers its content has.
func TestMessageWithContentThatEventBridgeRefuses(t *testing.T) {
	const content = `{"text":"hi","n":[12345678901234567890123]}`
	ev := &lark.Event{
		Type: lark.TypeMessageReceive, Key: "k", Header: json.RawMessage(`{}`), Body: json.RawMessage(`{}`),
		Message: json.RawMessage(`{"type":"text","text":"hi","content":` + content + `,"to_me":true}`),
	}
	entry, _ := publishEvent(t, ev)
	var detail struct {
		Event   json.RawMessage
		Message struct {
			Text, Content string
			ToMe          bool `json:"to_me"`
		}
	}
	if err := json.Unmarshal(entry.Detail, &detail); err != nil {
		t.Fatal(err)
	}
	if m := detail.Message; m.Text != "hi" || m.Content != content || !m.ToMe || detail.Event == nil {
		t.Errorf("got %s, want the event, and the content as a text", entry.Detail)
	}
}
