package main

import (
	"bytes"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/lark"
)

var emulator harness.SharedEmulator

func TestMain(m *testing.M) { emulator.Main(m) }

// Clicks of both styles are answered and come on the bus in one shape, once.
func TestClicks(t *testing.T) {
	s := stage.New(t, emulator.Get(t))
	s.PutApp("default", map[string]any{"card_toast": "On it"})
	f := s.Start("card")
	const answer = `{"toast":{"content":"On it","type":"info"}}`
	for _, click := range []lark.Delivery{
		stage.Delivery(stage.Payload(t, "card.action.trigger")),
		stage.Delivery(anotherClick(stage.Payload(t, "card.action.trigger_v1"))),
		stage.Delivery(anotherClick(stage.Payload(t, "card.action.trigger_v1"))),
	} {
		if status, body := s.Post(f, "/card", click); status != 200 || body != answer {
			t.Errorf("got %d %s, want 200 %s", status, body, answer)
		}
	}
	unsigned := lark.Delivery{Body: stage.Payload(t, "card.action.trigger_v1")}
	if status, body := s.Post(f, "/card", unsigned); status != 401 {
		t.Errorf("an unsigned click: got %d %s, want 401", status, body)
	}
	entries := s.Entries()
	if len(entries) != 2 {
		t.Errorf("got %d entries on the bus, want 2", len(entries))
	}
	for _, e := range entries {
		if e.DetailType != "card.action.trigger" {
			t.Errorf("got detail type %q, want card.action.trigger", e.DetailType)
		}
	}
}

// With the bus down the person at the card still gets an answer.
func TestClickWhileTheBusIsDown(t *testing.T) {
	s := stage.New(t, emulator.Get(t))
	f := s.Start("card")
	s.Proxy().Inject(harness.Fault{Operation: "PutEvents", Kind: harness.ServerError()})
	if status, body := s.Post(f, "/card", stage.Delivery(stage.Payload(t, "card.action.trigger"))); status != 200 || body != `{}` {
		t.Errorf("got %d %s, want 200 {}", status, body)
	}
}

// anotherClick is a sample of a click with another token: the samples of both
// styles are of one click.
func anotherClick(payload []byte) []byte {
	return bytes.ReplaceAll(payload, []byte(`"c-`), []byte(`"c-2`))
}
