package local

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
)

func TestPublishShowsBeforeTheRules(t *testing.T) {
	var order []string
	now := time.Unix(5, 0)
	b := &eventBus{show: func(s Step) { order = append(order, s.Kind+" "+s.Note) }, now: func() time.Time { return now }}
	b.Rule(func(bus.Entry) { order = append(order, "rule") })
	ctx := withRequestInfo(t.Context(), &requestInfo{start: now, encrypted: true})
	id, err := b.Publish(ctx, bus.Entry{Source: "lark", DetailType: "a", Detail: json.RawMessage("{}")})
	if err != nil || id != "1" {
		t.Fatal(id, err)
	}
	want := []string{"event verified, decrypted (0.0 ms)", "bus source lark", "rule"}
	if !slices.Equal(order, want) {
		t.Errorf("got %q, want %q", order, want)
	}
}

func TestAfterIsEventBridgesShape(t *testing.T) {
	b := &eventBus{show: func(Step) {}, now: func() time.Time { return time.Unix(0, 0) }}
	for _, kind := range []string{"a", "b"} {
		e := bus.Entry{Source: "s", DetailType: kind, Resources: []string{"r"}, Detail: json.RawMessage(`{"n":1.0}`)}
		if _, err := b.Publish(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	got, err := json.Marshal(b.after(1))
	want := `[{"id":"2","source":"s","detail-type":"b","time":"1970-01-01T00:00:00Z","resources":["r"],"detail":{"n":1.0}}]`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if got, _ := json.Marshal(b.after(9)); string(got) != "[]" {
		t.Errorf("after the end there is %s", got)
	}
}
