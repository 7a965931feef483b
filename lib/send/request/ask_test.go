package request

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

func TestMistakesInQuestions(t *testing.T) {
	const choices = `"choices":[{"label":"Yes"}]`
	question := func(fields string) string {
		return `{"ask":{"to":{"chat_id":"oc_1"},"title":"Go?",` + fields + `}}`
	}
	for _, tt := range []struct{ doc, want string }{
		{`{"ask":{}}`, `field "ask": give one of choices, withdraw, check`},
		{`{"ask":{"title":"Go?",` + choices + `}}`, `field "ask": give one of to, reply_to`},
		{`{"ask":{"to":{"chat_id":"oc_1"},` + choices + `}}`, `field "ask.title": want 1 to 200 characters`},
		{`{"ask":{"to":{},"title":"Go?",` + choices + `}}`, `field "ask.to": give one of chat_id, open_id, user_id, union_id, email`},
		{`{"ask":{"reply_to":{},"title":"Go?",` + choices + `}}`, `field "ask.reply_to.message_id" is missing`},
		{question(`"choices":[]`), `field "ask.choices": want 1 to 10 choices, not 0`},
		{question(`"choices":[{"value":"a"}]`), `field "ask.choices.0.label": want 1 to 100 characters`},
		{question(`"choices":[{"label":"a"},{"label":"b","value":"a"}]`), `field "ask.choices.1": another choice has the same value`},
		{question(`"choices":[{"label":"a","style":"laser"}]`), `field "ask.choices.0.style": want one of default, primary, danger`},
		{question(choices + `,"who":[]`), `field "ask.who": want 1 to 100 ids, not 0`},
		{question(choices + `,"who":["ann"]`), `field "ask.who.0": want an open id (ou_…) that is not in the list yet`},
		{question(choices + `,"who":["ou_1","ou_1"]`), `field "ask.who.1": want an open id (ou_…) that is not in the list yet`},
		{question(choices + `,"who":["ou_1"],"quorum":2`), `field "ask.quorum": it is larger than the number of those who may answer`},
		{question(choices + `,"quorum":11`), `field "ask.quorum": want 1 to 10`},
		{question(choices + `,"expires_in":59`), `field "ask.expires_in": want 60 to 1123200 seconds`},
		{question(choices + `,"expires_in":1123201`), `field "ask.expires_in": want 60 to 1123200 seconds`},
		{question(choices + `,"remind_in":86400`), `field "ask.remind_in": want at least 60 seconds, and less than expires_in`},
		{question(choices + `,"answer_to":{}`), `field "ask.answer_to": give one of task_token, callback_id`},
		{question(choices + `,"answer_to":{"task_token":"a","callback_id":"b"}`), `field "ask.answer_to": both task_token and callback_id are given`},
		{question(choices + `,"answer_to":{"task_token":"` + strings.Repeat("secret", 400) + `"}`), `field "ask.answer_to.task_token": want at most 2048 bytes`},
		{question(choices + `,"answer_to":{"callback_id":"secret\n"}`), `field "ask.answer_to.callback_id": want at most 1024 printable ASCII characters`},
		{question(choices + `,"text":"` + strings.Repeat("x", 18<<10) + `"`), `field "ask": the call has `},
		{`{"ask":{"withdraw":"a1","check":"a1"}}`, `field "ask": both withdraw and check are given`},
		{`{"ask":{"withdraw":"A/1"}}`, `field "ask.withdraw": want the ask_id of a question`},
		{`{"ask":{"check":"a1","title":"Go?"}}`, `field "ask.title" does not go with check`},
	} {
		_, err := newFixture(t).plan(tt.doc)
		if !strings.HasPrefix(errorText(err), tt.want) || strings.Contains(errorText(err), "secret") {
			t.Errorf("%.120s: got %q, want %q", tt.doc, errorText(err), tt.want)
		}
	}
}

// idle is a queue and workflows that do nothing.
type idle struct{}

func (idle) Send(context.Context, []byte, time.Duration) error    { return nil }
func (idle) Succeed(context.Context, ask.Step, []byte) error      { return nil }
func (idle) Fail(context.Context, ask.Step, string, string) error { return nil }

func newAsks() *ask.Asks {
	return &ask.Asks{Documents: store.NewMemory(time.Now), Queue: idle{}, Workflows: idle{}, Now: time.Now,
		Publish: func(context.Context, []byte) error { return nil }}
}

// A question is asked, checked and withdrawn, and no result has its token.
func TestAsk(t *testing.T) {
	f := newFixture(t)
	f.clients.Asks = newAsks()
	f.reply = func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"code":0,"msg":"success","data":{"message_id":"om_1"}}`)
	}
	status := func(doc string) (s ask.Status) {
		t.Helper()
		res, err := f.run(doc)
		if err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
		if strings.Contains(string(res.Data), "secret") || json.Unmarshal(res.Data, &s) != nil {
			t.Errorf("%s: got %s", doc, res.Data)
		}
		return s
	}
	asked := status(`{"ask":{"to":{"chat_id":"oc_1"},"title":"Go?","choices":[{"label":"Yes"}],"answer_to":{"task_token":"secret"}}}`)
	if asked.AskID != testUUID || asked.MessageID != "om_1" || asked.State != ask.Open {
		t.Errorf("got %+v, want an open question in om_1", asked)
	}
	if body := f.calls[0].Body; strings.Contains(body, "secret") || !strings.Contains(body, `\"larkbridge_ask\":\"`+testUUID) {
		t.Errorf("got the call %s, want one with the ask_id and without the token", body)
	}
	if got := status(fmt.Sprintf(`{"ask":{"check":%q}}`, asked.AskID)); got.State != ask.Open {
		t.Errorf("checked: got %+v, want an open question", got)
	}
	if got := status(fmt.Sprintf(`{"ask":{"withdraw":%q}}`, asked.AskID)); got.State != ask.Withdrawn || got.Report != ask.Accepted {
		t.Errorf("withdrawn: got %+v, want a question whose workflow knows", got)
	}
	if _, err := f.run(`{"ask":{"check":"other"}}`); larkError(err) == nil || larkError(err).Kind != lark.KindNotFound {
		t.Errorf("another question: got %v, want %s", err, lark.KindNotFound)
	}
}

func TestAskWithoutAsks(t *testing.T) {
	if _, err := newFixture(t).run(`{"ask":{"check":"a1"}}`); larkError(err) == nil || larkError(err).Kind != lark.KindValidation || !strings.Contains(err.Error(), "parameter Asks") {
		t.Errorf("got %v, want a hint at the parameter Asks", err)
	}
}

// The step that waits tells one question from another, though it is not encoded.
func TestFingerprintOfAQuestion(t *testing.T) {
	seen := map[string]string{}
	for _, step := range []string{`{"task_token":"a"}`, `{"task_token":"b"}`, `{"callback_id":"a1"}`} {
		req, err := Parse([]byte(`{"ask":{"to":{"chat_id":"oc_1"},"title":"Go?","choices":[{"label":"Yes"}],"answer_to":` + step + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		if other := seen[req.Fingerprint()]; other != "" {
			t.Errorf("%s and %s: got one fingerprint, want two", step, other)
		}
		seen[req.Fingerprint()] = step
	}
}
