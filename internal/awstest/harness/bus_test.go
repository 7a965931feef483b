package harness_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

func TestBus(t *testing.T) {
	e := emulator(t)
	for _, name := range []string{"lark.events", "default"} {
		t.Run(name, func(t *testing.T) {
			bus, err := e.CreateBus(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			if bus.ARN == "" {
				t.Error("no ARN")
			}
			start := time.Now()
			in := entries(10)
			for i := range in.Entries {
				in.Entries[i].EventBusName = aws.String(name)
				in.Entries[i].Detail = aws.String(`{"n":1,"s":"é"}`)
			}
			c := connect(e.Endpoint())
			eventIDs := map[string]bool{}
			for range 2 {
				out, err := c.events.PutEvents(t.Context(), in)
				if err != nil || out.FailedEntryCount != 0 {
					t.Fatalf("PutEvents: %+v, %v", out, err)
				}
				for _, r := range out.Entries {
					eventIDs[*r.EventId] = true
				}
			}
			got, err := bus.Entries(t.Context())
			if err != nil || len(got) != 20 {
				t.Fatalf("%d entries, %v; want 20", len(got), err)
			}
			for _, entry := range got {
				checkEntry(t, entry, start, eventIDs)
			}
			if got, err = bus.Entries(t.Context()); err != nil || len(got) != 0 {
				t.Errorf("second reading: %d entries, %v", len(got), err)
			}
		})
	}
}

// checkEntry checks an entry that was put after start.
func checkEntry(t *testing.T, got harness.BusEntry, start time.Time, eventIDs map[string]bool) {
	t.Helper()
	if !eventIDs[got.ID] {
		t.Errorf("id %q is unknown, or seen twice", got.ID)
	}
	delete(eventIDs, got.ID)
	if got.Source != "test.app" || got.DetailType != "test" || !reflect.DeepEqual(got.Resources, []string{"r"}) {
		t.Errorf("entry = %+v", got)
	}
	// The time has whole seconds.
	if got.Time.Before(start.Add(-time.Second)) || got.Time.After(time.Now().Add(time.Second)) {
		t.Errorf("got the time %v, want one since %v", got.Time, start)
	}
	var detail map[string]any
	if err := json.Unmarshal(got.Detail, &detail); err != nil || !reflect.DeepEqual(detail, map[string]any{"n": 1.0, "s": "é"}) {
		t.Errorf("detail = %s, %v", got.Detail, err)
	}
}
