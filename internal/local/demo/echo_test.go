package demo_test

import (
	"encoding/json"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
)

func TestEcho(t *testing.T) { inFixture(t, testEcho) }

func testEcho(t *testing.T, f *fixture) {
	text := "a \"quoted\" <word>\n和"
	if status, body := f.event(lark.TypeMessageReceive, local.Edit{Text: &text}); status != 200 || body != "{}" {
		t.Fatalf("got %d %s, want 200 {}", status, body)
	}
	if err := <-f.echo.First(); err != nil {
		t.Fatal(err)
	}
	got := f.platform.Messages("")[1:] // after the card
	if len(got) != 1 || got[0].ReceiveIDType != "chat_id" || got[0].UUID == "" {
		t.Fatalf("in the chats is %+v", got)
	}
	if want := `{"text":"You said: a \"quoted\" <word>\n和"}`; got[0].Content != want {
		t.Errorf("the echo is %s, want %s", got[0].Content, want)
	}
	_, events := f.ask("GET", "/api/events", "")
	var entries []struct {
		Detail struct {
			TraceID       string `json:"trace_id"`
			CorrelationID string `json:"correlation_id"`
			Header        struct {
				EventID string `json:"event_id"`
			} `json:"header"`
		}
	}
	if err := json.Unmarshal([]byte(events), &entries); err != nil || len(entries) != 3 {
		t.Fatalf("on the bus: %s, %v", events, err)
	}
	if event, result := entries[1].Detail, entries[2].Detail; event.TraceID == "" || event.TraceID != result.TraceID || event.Header.EventID != result.CorrelationID {
		t.Errorf("the result does not tell what it is of: %s", events)
	}
	for _, kind := range []string{local.StepEvent, local.StepBus, local.StepRule, local.StepReply, local.StepLark, local.StepSend} {
		if len(f.shown(kind)) == 0 {
			t.Errorf("the step %s is not shown", kind)
		}
	}
}

func TestEchoTakesTextOnly(t *testing.T) { inFixture(t, testEchoTakesTextOnly) }

func testEchoTakesTextOnly(t *testing.T, f *fixture) {
	empty := ""
	f.event(lark.TypeMessageReceive, local.Edit{Text: &empty})
	f.event("im.message.recalled_v1", local.Edit{})
	if shown := f.shown(local.StepRule); len(shown) != 0 {
		t.Errorf("shown: %+v", shown)
	}
}
