package bus_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/bus"
)

var buses atomic.Int64

// newBus makes a bus on the emulator and a publisher on it.
func newBus(t *testing.T) (*harness.Bus, *bus.EventBridge) {
	t.Helper()
	e := shared.Get(t)
	b, err := e.CreateBus(t.Context(), fmt.Sprintf("bus-%d", buses.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	return b, bus.NewEventBridge(clients(e).EventBridge(), b.Name)
}

// arrived is what one can see of an entry on a bus.
type arrived struct {
	ID, Source, DetailType string
	Time                   time.Time
	Resources              []string
	Detail                 any
}

// value decodes JSON with its numbers as they are written.
func value(t *testing.T, doc []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(doc, &v); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return v
}

// arrivals reads a bus on the emulator.
func arrivals(t *testing.T, b *harness.Bus) []arrived {
	t.Helper()
	entries, err := b.Entries(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []arrived
	for _, e := range entries {
		all = append(all, arrived{e.ID, e.Source, e.DetailType, e.Time, e.Resources, value(t, e.Detail)})
	}
	return all
}

// publishers are the implementations of [bus.Publisher], each with a function that
// returns what has arrived there.
var publishers = map[string]func(t *testing.T) (bus.Publisher, func() []arrived){
	"Memory": func(t *testing.T) (bus.Publisher, func() []arrived) {
		var m bus.Memory
		return &m, func() []arrived {
			var all []arrived
			for i, e := range m.Entries() {
				all = append(all, arrived{fmt.Sprint(i + 1), e.Source, e.DetailType, e.Time, e.Resources, value(t, e.Detail)})
			}
			return all
		}
	},
	"EventBridge": func(t *testing.T) (bus.Publisher, func() []arrived) {
		b, publisher := newBus(t)
		return publisher, func() []arrived { return arrivals(t, b) }
	},
}

func TestPublisher(t *testing.T) {
	for name, start := range publishers {
		t.Run(name, func(t *testing.T) {
			publisher, arrivals := start(t)
			// EventBridge keeps times to the second at least.
			entry := bus.Entry{
				Source: "test", DetailType: "leave_approvalV2", Time: created.Truncate(time.Second),
				Resources: []string{"lark:app/cli_a", "lark:tenant/736588c9"},
				Detail:    json.RawMessage(`{"app":"default","event":{"n":1.5,"s":"\u4f60 <&> \"\\","nested":[{"a":null},true]}}`),
			}
			id, err := publisher.Publish(t.Context(), entry)
			if err != nil {
				t.Fatal(err)
			}
			want := []arrived{{id, entry.Source, entry.DetailType, entry.Time, entry.Resources, value(t, entry.Detail)}}
			if diff := cmp.Diff(want, arrivals()); diff != "" || id == "" {
				t.Errorf("id %q\n%s", id, diff)
			}
		})
	}
}

func TestPublisherTakesManyAtOnce(t *testing.T) {
	for name, start := range publishers {
		t.Run(name, func(t *testing.T) {
			publisher, arrivals := start(t)
			var published sync.Map
			var all sync.WaitGroup
			for i := range 20 {
				all.Go(func() {
					id, err := publisher.Publish(t.Context(), bus.Entry{
						Source: "test", DetailType: "t", Detail: json.RawMessage(fmt.Sprintf(`{"n":%d}`, i)),
					})
					if err != nil {
						t.Error(err)
					}
					published.Store(id, float64(i))
				})
			}
			all.Wait()
			got := arrivals()
			if len(got) != 20 {
				t.Errorf("%d of 20 have arrived", len(got))
			}
			for _, e := range got {
				if want, ok := published.LoadAndDelete(e.ID); !ok || e.Detail.(map[string]any)["n"] != want {
					t.Errorf("the entry %q has the detail %v, want %v", e.ID, e.Detail, want)
				}
			}
		})
	}
}

// Without a time of its own an entry has the time of its arrival.
func TestPublishWithoutTime(t *testing.T) {
	b, publisher := newBus(t)
	before := time.Now().Add(-time.Second)
	if _, err := publisher.Publish(t.Context(), bus.Entry{Source: "test", DetailType: "t", Detail: json.RawMessage(`{}`)}); err != nil {
		t.Fatal(err)
	}
	if got := arrivals(t, b); len(got) != 1 || got[0].Time.Before(before) {
		t.Errorf("got %+v, want one entry of now", got)
	}
}

func TestMemoryRules(t *testing.T) {
	var m bus.Memory
	var got []string
	publish := func(kind string) {
		if _, err := m.Publish(t.Context(), bus.Entry{DetailType: kind}); err != nil {
			t.Fatal(err)
		}
	}
	publish("before")
	m.Rule(func(e bus.Entry) {
		got = append(got, "1 "+e.DetailType)
		if e.DetailType == "event" { // a target may publish in its turn
			publish("answer")
		}
	})
	m.Rule(func(e bus.Entry) { got = append(got, "2 "+e.DetailType) })
	publish("event")
	if diff := cmp.Diff([]string{"1 event", "1 answer", "2 answer", "2 event"}, got); diff != "" {
		t.Error(diff)
	}
	if got := len(m.Entries()); got != 3 {
		t.Errorf("%d entries, want 3", got)
	}
}
