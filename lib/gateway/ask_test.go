package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/metric"
)

// workflow counts the calls that end a step, and sends messages nowhere.
type workflow struct{ output string }

func (*workflow) Send(context.Context, []byte, time.Duration) error { return nil }
func (w *workflow) Succeed(_ context.Context, _ ask.Step, output []byte) error {
	w.output = string(output)
	return nil
}
func (*workflow) Fail(context.Context, ask.Step, string, string) error { return nil }
func (*workflow) Do(context.Context, lark.Call) (*lark.Result, error) {
	return &lark.Result{Data: []byte(`{"message_id":"om_1"}`)}, nil
}

// askQuestion gives the fixture questions, and asks one in the message om_1.
func (w *fixture) askQuestion(t *testing.T) *workflow {
	t.Helper()
	flow := &workflow{}
	asks := &ask.Asks{Documents: w.memory, Queue: flow, Workflows: flow, Now: w.Now, Publish: func(context.Context, []byte) error { return nil }}
	w.Cards = gateway.Asked(asks, w.Cards)
	question := ask.Question{ID: "a1", App: "default", Title: "Go?", Quorum: 1, Life: 60, Who: []string{"ou_1"},
		Choices: []ask.Choice{{Label: "Yes", Value: "yes"}}, Step: ask.Step{TaskToken: "token-of-the-step"}}
	if _, err := asks.Ask(t.Context(), flow, lark.ToChat("oc_1"), question, "a1"); err != nil {
		t.Fatal(err)
	}
	return flow
}

// clickOnYes is the payload of a click of a person on the answer yes.
func clickOnYes(openID string, id string) []byte {
	doc, _ := json.Marshal(map[string]any{
		"schema": "2.0", "header": map[string]string{"event_id": id, "token": larktest.VerificationToken, "create_time": "1763899200000000", "event_type": "card.action.trigger", "app_id": larktest.AppID, "tenant_key": "t"},
		"event": map[string]any{"operator": map[string]string{"open_id": openID, "tenant_key": "t"}, "token": "c-" + id, "host": "im_message",
			"action":  map[string]any{"tag": "button", "value": map[string]string{"larkbridge_ask": "a1", "choice": "yes"}},
			"context": map[string]string{"open_message_id": "om_1", "open_chat_id": "oc_1"}},
	})
	return doc
}

func TestClickOnAQuestion(t *testing.T) {
	w := newFixture(t)
	flow := w.askQuestion(t)
	refused := w.post(t, "/card", delivery(now, clickOnYes("ou_2", "1")))
	if !strings.Contains(string(refused.Body), "may answer") || flow.output != "" {
		t.Errorf("one who may not answer: got %s and the output %q, want a toast alone", refused.Body, flow.output)
	}
	reply := w.post(t, "/event", delivery(now, clickOnYes("ou_1", "2")))
	if !strings.Contains(string(reply.Body), "has been answered") || strings.Contains(string(reply.Body), `"button"`) || !strings.Contains(flow.output, `"choice":"yes"`) {
		t.Errorf("one who may answer: got %s and the output %s, want the final card", reply.Body, flow.output)
	}
	if second := w.post(t, "/card", delivery(now, clickOnYes("ou_1", "2"))); string(second.Body) != string(reply.Body) {
		t.Errorf("the same click: got %s, want %s", second.Body, reply.Body)
	}
	if got := w.types(); len(got) != 2 {
		t.Errorf("got %q on the bus, want both clicks", got)
	}
}

// Other clicks are left to the handler.
func TestClickOnAnotherCard(t *testing.T) {
	w := newFixture(t)
	w.handler = func(context.Context, *lark.Click) (*lark.CardReply, error) {
		return &lark.CardReply{Toast: &lark.Toast{Content: "handled"}}, nil
	}
	w.askQuestion(t)
	want(t, w.post(t, "/card", delivery(now, payload(t, "card.action.trigger"))), 200, `{"toast":{"content":"handled"}}`)
}

// brokenDocuments is a table that cannot be reached.
type brokenDocuments struct{}

func (brokenDocuments) Document(context.Context, string) ([]byte, int64, error) {
	return nil, 0, errors.New("the table cannot be reached")
}
func (brokenDocuments) Replace(context.Context, string, []byte, int64, time.Duration) (bool, error) {
	return false, errors.New("the table cannot be reached")
}

// An answer that cannot be recorded is counted, and the person is asked to try again.
func TestAnswerNotRecorded(t *testing.T) {
	w := newFixture(t)
	w.AnswerTimeout = time.Second
	w.Cards = gateway.Asked(&ask.Asks{Documents: brokenDocuments{}, Now: w.Now}, w.Cards)
	reply := w.post(t, "/card", delivery(now, clickOnYes("ou_1", "3")))
	if !strings.Contains(string(reply.Body), "try again") || w.counts[metric.CardFallback] != 1 {
		t.Errorf("got %s and %d of %s, want a toast and 1", reply.Body, w.counts[metric.CardFallback], metric.CardFallback)
	}
}
