package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/store"
)

var emulator harness.SharedEmulator

func TestMain(m *testing.M) { emulator.Main(m) }

func newStage(t *testing.T) *stage.Stage { return stage.New(t, emulator.Get(t)) }

// messageKey is the claim of the sample message.
var messageKey = store.EventKey(larktest.AppID, "om_7e0bc21d8b6fba3b050a0cae691ef0d2")

func expect(t *testing.T, s *stage.Stage, f *harness.Function, path string, req lark.Delivery, status int, body string) {
	t.Helper()
	gotStatus, gotBody := s.Post(f, path, req)
	if gotStatus != status || gotBody != body {
		t.Errorf("got %d %s, want %d %s\n%s", gotStatus, gotBody, status, body, f.Logs())
	}
}

// A real event arrives on the bus, once, decoded.
func TestEventArrives(t *testing.T) {
	s := newStage(t)
	f := s.Start("event")
	message := stage.Payload(t, "im.message.receive_v1")
	expect(t, s, f, "/event", stage.Delivery(message), 200, `{}`)
	expect(t, s, f, "/event", stage.Delivery(message), 200, `{}`)
	forged := stage.Delivery(message)
	forged.Body[20] ^= 1
	expect(t, s, f, "/event", forged, 401, `{"error":"unauthorized"}`)
	expect(t, s, f, "/event/none", stage.Delivery(message), 404, `{"error":"not_found"}`)

	entries := s.Entries()
	if len(entries) != 1 {
		t.Fatalf("got %d entries on the bus, want 1", len(entries))
	}
	e := entries[0]
	var detail struct {
		Schema, App string
		Header      map[string]string
		Event       json.RawMessage
		Message     struct{ Text string }
	}
	if err := json.Unmarshal(e.Detail, &detail); err != nil {
		t.Fatal(err)
	}
	if e.Source != "lark" || e.DetailType != "im.message.receive_v1" || e.Time.UnixMilli()/1000 != 1735689600 ||
		strings.Join(e.Resources, " ") != "lark:app/"+larktest.AppID+" lark:tenant/1a2b3c4d5e6f7081" ||
		detail.Schema != "2.0" || detail.App != "default" || detail.Message.Text != "hello" ||
		detail.Header["event_id"] != "5c8443069f6b557120154f976734f273" {
		t.Errorf("got %+v %s", e, e.Detail)
	}
	if item := s.Item(messageKey); item["st"]["S"] != "PUBLISHED" {
		t.Errorf("got the claim %v, want its state PUBLISHED", item)
	}
}

func TestChallengeCallsNothing(t *testing.T) {
	s := newStage(t)
	f := s.Start("event")
	if err := f.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := s.Proxy().Calls()
	body := lark.NewEncryptKey(larktest.EncryptKey).Encrypt([]byte(`{"challenge":"c-1","token":"` + larktest.VerificationToken + `","type":"url_verification"}`))
	expect(t, s, f, "/event", lark.Delivery{Body: body}, 200, `{"challenge":"c-1"}`)
	after := s.Proxy().Calls()
	for _, operation := range []string{"UpdateItem", "GetItem", "PutEvents", "GetParameter"} {
		if before[operation] != after[operation] {
			t.Errorf("got a call of %s for the challenge, want none", operation)
		}
	}
}

// Many deliveries of one event at once, to many instances.
func TestConcurrentDeliveries(t *testing.T) {
	const processes, deliveries = 8, 200
	s := newStage(t)
	message := stage.Payload(t, "im.message.receive_v1")
	var all sync.WaitGroup
	work := make(chan lark.Delivery, deliveries)
	for range deliveries {
		work <- stage.Delivery(message)
	}
	close(work)
	accepted := make(chan int, deliveries)
	for range processes {
		f := s.Start("event")
		all.Go(func() {
			for req := range work {
				status, body, err := stage.Post(context.Background(), f, "/event", req)
				if err != nil || status != 200 && status != 503 {
					t.Errorf("got %d %s, %v, want 200 or 503", status, body, err)
				}
				accepted <- status
			}
		})
	}
	all.Wait()
	close(accepted)
	ok := 0
	for status := range accepted {
		if status == 200 {
			ok++
		}
	}
	if entries := s.Entries(); len(entries) != 1 || ok == 0 {
		t.Errorf("got %d entries on the bus after %d accepted deliveries, want 1 after at least 1", len(entries), ok)
	}
}

// An instance dies between claiming and publishing: the delivery after the
// lease publishes.
func TestKilledBeforePublishing(t *testing.T) {
	s := newStage(t)
	message := stage.Payload(t, "im.message.receive_v1")
	victim := s.Start("event")
	s.Proxy().Inject(harness.Fault{Operation: "PutEvents", Times: 1, Kind: harness.CrashBefore(func() { _ = victim.Kill() })})
	if _, _, err := stage.Post(t.Context(), victim, "/event", stage.Delivery(message)); err == nil {
		t.Fatal("got an answer of the killed function, want an error")
	}
	f := s.Start("event")
	expect(t, s, f, "/event", stage.Delivery(message), 503, `{"error":"unavailable"}`)
	s.Lapse(messageKey)
	expect(t, s, f, "/event", stage.Delivery(message), 200, `{}`)
	expect(t, s, f, "/event", stage.Delivery(message), 200, `{}`)
	if entries := s.Entries(); len(entries) != 1 {
		t.Errorf("got %d entries on the bus, want 1", len(entries))
	}
}

// EventBridge refuses the entry in a call that succeeds.
func TestEntryRefused(t *testing.T) {
	s := newStage(t)
	f := s.Start("event")
	message := stage.Payload(t, "im.message.receive_v1")
	for _, code := range []string{"ThrottlingException", "NotAuthorizedForSourceException"} {
		remove := s.Proxy().Inject(harness.Fault{Operation: "PutEvents", Kind: harness.FailEntries(code)})
		expect(t, s, f, "/event", stage.Delivery(message), 503, `{"error":"unavailable"}`)
		if item := s.Item(messageKey); item["st"]["S"] != "CLAIMED" {
			t.Errorf("%s: got the claim %v, want its state CLAIMED", code, item)
		}
		remove()
		s.Lapse(messageKey)
	}
	s.Proxy().Inject(harness.Fault{Operation: "PutEvents", Times: 2, Kind: harness.FailEntries("InternalFailure")})
	expect(t, s, f, "/event", stage.Delivery(message), 200, `{}`) // tried again inside the budget
	if entries := s.Entries(); len(entries) != 1 {
		t.Errorf("got %d entries on the bus, want 1", len(entries))
	}
}

// The table does not answer: published without deduplication, and counted.
func TestTableUnreachable(t *testing.T) {
	s := newStage(t)
	open, closed := s.Start("event"), s.Start("event", "DEDUPE_FAILURE=closed")
	message := stage.Payload(t, "im.message.receive_v1")
	s.Proxy().Inject(harness.Fault{Operation: "UpdateItem", Kind: harness.Drop()})
	expect(t, s, closed, "/event", stage.Delivery(message), 503, `{"error":"unavailable"}`)
	expect(t, s, open, "/event", stage.Delivery(message), 200, `{}`)
	if entries := s.Entries(); len(entries) != 1 {
		t.Errorf("got %d entries on the bus, want 1", len(entries))
	}
	if !strings.Contains(open.Logs(), `{"DedupeBypassed":1,"Function":"event","Stack":"stage",`) {
		t.Errorf("got a log without the metric, want one:\n%s", open.Logs())
	}
}

// The answer to the claim is lost: the repeated call knows its own claim.
func TestClaimAnswerLost(t *testing.T) {
	s := newStage(t)
	f := s.Start("event")
	s.Proxy().Inject(harness.Fault{Operation: "UpdateItem", Times: 1, Kind: harness.LoseAnswer()})
	expect(t, s, f, "/event", stage.Delivery(stage.Payload(t, "im.message.receive_v1")), 200, `{}`)
	if strings.Contains(f.Logs(), "DedupeBypassed") {
		t.Errorf("got an entry on the bus, want none without deduplication:\n%s", f.Logs())
	}
}

// A detail too large for the bus is in S3, byte for byte.
func TestLargeEvent(t *testing.T) {
	s := newStage(t)
	f := s.Start("event")
	large := bytes.Replace(stage.Payload(t, "im.message.receive_v1"), []byte("hello"), bytes.Repeat([]byte("hello "), 30_000), 1)
	expect(t, s, f, "/event", stage.Delivery(large), 200, `{}`)
	entries := s.Entries()
	if len(entries) != 1 {
		t.Fatalf("got %d entries on the bus, want 1", len(entries))
	}
	var detail struct {
		Event json.RawMessage
		S3    struct {
			Bucket, Key string
			Size        int
		}
	}
	if err := json.Unmarshal(entries[0].Detail, &detail); err != nil || detail.Event != nil || detail.S3.Bucket != stage.Bucket {
		t.Fatalf("got %.300s, %v", entries[0].Detail, err)
	}
	object, err := s.GetObject(t.Context(), detail.S3.Bucket, detail.S3.Key)
	var whole struct{ Event json.RawMessage }
	if err != nil || len(object) != detail.S3.Size || json.Unmarshal(object, &whole) != nil || !bytes.Contains(large, whole.Event) {
		t.Errorf("got an object of %d bytes, %v, want %d", len(object), err, detail.S3.Size)
	}
}

func TestTicketIsKeptAndNotPublished(t *testing.T) {
	s := newStage(t)
	const ticket = "dGVzdC1hcHAtdGlja2V0LXZhbHVl"
	s.Secret(ticket)
	s.PutApp("shop", map[string]any{"type": "marketplace"})
	f := s.Start("event")
	expect(t, s, f, "/event/shop", stage.Delivery(stage.Payload(t, "app_ticket")), 200, `{}`)
	if item := s.Item("tkt#" + larktest.AppID); item["val"]["S"] != ticket {
		t.Errorf("got the item %v, want the ticket", item)
	}
	if !strings.Contains(f.Logs(), `{"App":"shop","Function":"event","Stack":"stage","TicketStored":1,`) {
		t.Errorf("got a log without the app's metric, want one:\n%s", f.Logs())
	}
	if entries := s.Entries(); len(entries) != 0 {
		t.Errorf("got %d entries on the bus, want 0", len(entries))
	}
}

func TestMissingEnvironment(t *testing.T) {
	f, err := harness.Start(t.Context(), harness.Bootstrap(t, "event"), []string{"TABLE_NAME=t"})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Stop()
	if err := f.Ready(t.Context()); err == nil || !strings.Contains(f.Logs(), "BUS_NAME") {
		t.Errorf("got %v, logs %q", err, f.Logs())
	}
}

// What one event costs in AWS calls; docs/cost.md is made from it.
func TestCallsOfAnEvent(t *testing.T) {
	s := newStage(t)
	f := s.Start("event")
	if err := f.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	message := stage.Payload(t, "im.message.receive_v1")
	for _, tt := range []struct {
		name string
		want map[string]int
	}{
		{"first delivery", map[string]int{"UpdateItem": 2, "PutEvents": 1}},
		{"duplicate", map[string]int{"UpdateItem": 1}},
	} {
		before := s.Proxy().Calls()
		expect(t, s, f, "/event", stage.Delivery(message), 200, `{}`)
		got := s.Proxy().Calls()
		for operation, n := range before {
			if got[operation] -= n; got[operation] == 0 {
				delete(got, operation)
			}
		}
		if !maps.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
