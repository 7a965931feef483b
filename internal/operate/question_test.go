package operate_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// A question is looked at until it has ended.
func TestWaitForAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		q := operate.Questions{App: "default", Send: func(_ context.Context, payload []byte) ([]byte, error) {
			if !strings.Contains(string(payload), `"check":"a1"`) {
				return []byte(`{"ok":true,"data":{"ask_id":"a1","state":"open"}}`), nil
			}
			if looks++; looks < 4 {
				return []byte(`{"ok":true,"data":{"ask_id":"a1","state":"open"}}`), nil
			}
			return []byte(`{"ok":true,"data":{"ask_id":"a1","state":"answered","result":{"choice":"no"}}}`), nil
		}}
		question := operate.Question{To: &request.Target{ChatID: "oc_1"}, Title: "Go?", Choices: []ask.Choice{{Label: "Yes", Value: "yes"}, {Label: "No", Value: "no"}}}
		asked, err := q.Ask(t.Context(), question)
		if err != nil || asked.AskID != "a1" || question.Chosen(asked) != -1 {
			t.Fatalf("got %+v, %v, want the open question a1", asked, err)
		}
		ended, err := q.Wait(t.Context(), asked.AskID)
		if err != nil || question.Chosen(ended) != 1 || looks != 4 {
			t.Errorf("got %+v, %v after %d looks, want the second choice after 4", ended, err, looks)
		}
	})
}

// What send refuses, and what it returns in another form, is an error.
func TestAskFails(t *testing.T) {
	for _, tt := range []struct {
		output string
		err    error
		want   string
	}{
		{`{"ok":false,"error":{"msg":"the bot is not in the chat"}}`, nil, "the bot is not in the chat"},
		{`null`, nil, ""},
		{`[`, nil, "reading what send returns"},
		{`{"ok":true,"data":[]}`, nil, "reading the state"},
		{``, errors.New("no such function"), "invoking send: no such function"},
	} {
		q := operate.Questions{Send: func(context.Context, []byte) ([]byte, error) { return []byte(tt.output), tt.err }}
		if _, err := q.Withdraw(t.Context(), "a1"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.output, err, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	q := operate.Questions{Send: func(context.Context, []byte) ([]byte, error) {
		cancel()
		return fmt.Append(nil, `{"ok":true,"data":{"state":"open"}}`), nil
	}}
	if _, err := q.Wait(ctx, "a1"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}
