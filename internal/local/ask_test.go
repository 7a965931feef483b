package local_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local"
)

// send posts a request to /send and returns the answer.
func (f *fixture) send(request string) string {
	f.t.Helper()
	resp, err := http.Post(f.url+"/send", "application/json", strings.NewReader(request))
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return string(answer)
}

// A question is asked, answered by a click, and shown as a call to AWS without its
// token.
func TestAsk(t *testing.T) {
	for answerTo, operation := range map[string]string{
		`{"task_token":"the-token"}`: "SendTaskSuccess", `{"callback_id":"the-token"}`: "SendDurableExecutionCallbackSuccess",
	} {
		f := start(t)
		answer := f.send(`{"ask":{"to":{"chat_id":"oc_1"},"title":"Go?","choices":[{"label":"Yes","value":"yes"}],"answer_to":` + answerTo + `}}`)
		var asked struct {
			Data struct {
				AskID     string `json:"ask_id"`
				MessageID string `json:"message_id"`
			}
		}
		if err := json.Unmarshal([]byte(answer), &asked); err != nil || asked.Data.AskID == "" {
			t.Fatalf("got %s, %v, want the id of a question", answer, err)
		}
		click := local.Click{MessageID: asked.Data.MessageID, ChatID: "oc_1", OpenID: "ou_1", Token: f.platform.Click(asked.Data.MessageID, "ou_1")}
		value := fmt.Appendf(nil, `{"larkbridge_ask":%q,"choice":"yes"}`, asked.Data.AskID)
		if status, body := f.do(f.event("card.action.trigger", local.Edit{Click: &click, Value: value})); status != http.StatusOK || !strings.Contains(body, "has been answered") {
			t.Errorf("a click: got %d %s, want the final card", status, body)
		}
		steps := f.shown(local.StepAWS)
		if len(steps) != 1 || steps[0].Subject != operation || !strings.Contains(steps[0].Note, `"choice":"yes"`) {
			t.Errorf("got the steps %+v, want %s with the answer", steps, operation)
		}
		if got := f.send(fmt.Sprintf(`{"ask":{"check":%q}}`, asked.Data.AskID)); !strings.Contains(got, `"state":"answered"`) || !strings.Contains(got, `"open_id":"ou_1"`) {
			t.Errorf("checked: got %s, want the answer of ou_1", got)
		}
		f.mu.Lock()
		all, err := json.Marshal(f.steps)
		f.mu.Unlock()
		if err != nil || bytes.Contains(all, []byte("the-token")) {
			t.Errorf("got steps with the token: %s, %v", all, err)
		}
	}
}

// A question that is withdrawn is shown as a call that fails its step.
func TestWithdraw(t *testing.T) {
	f := start(t)
	answer := f.send(`{"ask":{"to":{"chat_id":"oc_1"},"title":"Go?","choices":[{"label":"Yes"}],"answer_to":{"task_token":"the-token"}},"idempotency_key":"k"}`)
	_, rest, _ := strings.Cut(answer, `"ask_id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	if got := f.send(fmt.Sprintf(`{"ask":{"withdraw":%q}}`, id)); !strings.Contains(got, `"state":"withdrawn"`) {
		t.Errorf("got %s, want a question that is withdrawn", got)
	}
	if steps := f.shown(local.StepAWS); len(steps) != 1 || steps[0].Subject != "SendTaskFailure" || !strings.Contains(steps[0].Note, "Lark.Withdrawn") {
		t.Errorf("got the steps %+v, want SendTaskFailure with Lark.Withdrawn", steps)
	}
}
