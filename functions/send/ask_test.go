package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/fakeaws"
	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// askEnv is an account, a Lark, and the three functions of a stack that asks
// questions.
type askEnv struct {
	t         *testing.T
	aws       *fakeaws.AWS
	lark      *larktest.Platform
	functions map[string]*harness.Function
	clicks    int
	seen      strings.Builder // all that came out of the functions
}

func newAskEnv(t *testing.T) *askEnv {
	t.Helper()
	e := &askEnv{t: t, aws: fakeaws.New(), functions: map[string]*harness.Function{}}
	server := httptest.NewServer(e.aws)
	t.Cleanup(server.Close)
	var larkURL string
	e.lark, larkURL = stage.Lark(t, larktest.App{})
	settings, err := json.Marshal(stage.Settings(map[string]any{"domain": larkURL, "card_toast": "toast of the app"}))
	if err != nil {
		t.Fatal(err)
	}
	e.aws.PutParameter(stage.Prefix+"/default", string(settings))
	for _, name := range []string{"send", "card", "event"} {
		env := append(fakeaws.Env(server.URL), "AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_LAMBDA_LOG_LEVEL=DEBUG", "ASK_QUEUE_URL=https://sqs.test/1/send",
			"TABLE_NAME="+stage.Table, "BUS_NAME=bus", "BUCKET_NAME="+stage.Bucket, "PARAMETER_PREFIX="+stage.Prefix, "STACK_NAME=stage", stage.AnswerTimeout)
		f, err := harness.Start(context.Background(), harness.Bootstrap(t, name), env)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Kill() })
		e.functions[name] = f
	}
	return e
}

// asked is what the verb ask returns.
type asked struct {
	AskID     string `json:"ask_id"`
	MessageID string `json:"message_id"`
	State     string
	Report    string
}

// send invokes send with a request, which must work.
func (e *askEnv) send(request string) asked {
	e.t.Helper()
	out, err := e.functions["send"].Invoke(e.t.Context(), []byte(request))
	var result struct {
		OK   bool
		Data asked
	}
	if err != nil || json.Unmarshal(out, &result) != nil || !result.OK {
		e.t.Fatalf("%s: got %s, %v\n%s", request, out, err, e.functions["send"].Logs())
	}
	e.seen.Write(out)
	return result.Data
}

// ask asks two people, with the step that waits.
func (e *askEnv) ask(step, more string) asked {
	e.t.Helper()
	return e.send(`{"ask":{"to":{"chat_id":"oc_1"},"title":"Release?","choices":[{"label":"Approve","value":"approve"},{"label":"Reject","value":"reject"}],
		"comment":true,"who":["ou_ann","ou_bob"],"answer_to":` + step + more + `}}`)
}

// click has a person click, and returns what Lark shows.
func (e *askEnv) click(function, person, choice string, q asked) string {
	e.t.Helper()
	e.clicks++
	doc, err := json.Marshal(map[string]any{
		"schema": "2.0",
		"header": map[string]string{"event_id": fmt.Sprint("e", e.clicks), "token": larktest.VerificationToken, "create_time": fmt.Sprint(time.Now().UnixMicro()),
			"event_type": "card.action.trigger", "app_id": larktest.AppID, "tenant_key": "t"},
		"event": map[string]any{"operator": map[string]string{"open_id": person, "tenant_key": "t"}, "token": fmt.Sprint("c-", e.clicks), "host": "im_message",
			"action": map[string]any{"tag": "button", "name": "choice_0", "value": map[string]string{"larkbridge_ask": q.AskID, "choice": choice},
				"form_value": map[string]string{"comment": "because"}},
			"context": map[string]string{"open_message_id": q.MessageID, "open_chat_id": "oc_1"}},
	})
	if err != nil {
		e.t.Fatal(err)
	}
	status, body, err := stage.Post(e.t.Context(), e.functions[function], "/"+function, stage.Delivery(doc))
	if err != nil || status != http.StatusOK {
		e.t.Fatalf("a click: got %d %s, %v\n%s", status, body, err, e.functions[function].Logs())
	}
	e.seen.WriteString(body)
	return body
}

// checkSecrets checks that no token has left the table but for the workflow.
func (e *askEnv) checkSecrets(tokens ...string) {
	e.t.Helper()
	for _, f := range e.functions {
		e.seen.WriteString(f.Logs())
	}
	for _, entry := range e.aws.Entries() {
		e.seen.WriteString(entry.Detail)
	}
	for _, m := range e.aws.Messages() {
		e.seen.WriteString(m.MessageBody)
	}
	for _, m := range e.lark.Messages("") {
		e.seen.WriteString(m.Content)
	}
	for _, token := range tokens {
		if strings.Contains(e.seen.String(), token) {
			e.t.Errorf("the token %q is in a reply, on the bus, in a queue, in a card or in a log", token)
		}
	}
}

// A person's click completes the step, whichever function gets it and whichever
// kind of workflow waits.
func TestAskFunctions(t *testing.T) {
	const task, callback = "AQC-task-token", "Q2FsbGJhY2s/Zg+=="
	e := newAskEnv(t)
	e.aws.PutStep(task, fakeaws.Step{})
	e.aws.PutStep(callback, fakeaws.Step{})
	for _, tt := range []struct{ function, token, step string }{
		{"card", task, `{"task_token":"` + task + `"}`}, {"event", callback, `{"callback_id":"` + callback + `"}`},
	} {
		q := e.ask(tt.step, "")
		if body := e.click(tt.function, "ou_cid", "approve", q); !strings.Contains(body, "may answer") || strings.Contains(body, `"card"`) || e.aws.Step(tt.token).Calls != 0 {
			t.Errorf("one who may not answer: got %s, want a toast alone", body)
		}
		body := e.click(tt.function, "ou_ann", "approve", q)
		if !strings.Contains(body, "The workflow has been informed") || strings.Contains(body, `"tag":"button"`) {
			t.Errorf("one who may: got %s, want the final card", body)
		}
		var output struct {
			Choice, Comment string
			By              struct {
				OpenID string `json:"open_id"`
			}
			AskID string `json:"ask_id"`
		}
		step := e.aws.Step(tt.token)
		if err := json.Unmarshal([]byte(step.Output), &output); err != nil || output.Choice != "approve" || output.Comment != "because" || output.By.OpenID != "ou_ann" || output.AskID != q.AskID {
			t.Errorf("the output: got %s, %v, want ou_ann's approval", step.Output, err)
		}
		e.click(tt.function, "ou_bob", "reject", q)
		if got := e.aws.Step(tt.token).Calls; got != 1 {
			t.Errorf("after a second click: got %d calls, want 1", got)
		}
		if got := e.send(`{"ask":{"check":"` + q.AskID + `"}}`); got.State != "answered" || got.Report != "accepted" {
			t.Errorf("checked: got %+v, want an answer that the workflow has", got)
		}
	}
	if got := answersOnBus(e.aws.Entries()); got != 2 {
		t.Errorf("got %d answers on the bus, want 2", got)
	}
	e.checkSecrets(task, callback)
}

func answersOnBus(entries []fakeaws.Entry) (n int) {
	for _, entry := range entries {
		if entry.DetailType == "Lark Answer Received" && entry.Source == "larkbridge.send" {
			n++
		}
	}
	return n
}

// What the function card could not report is reported by the check that it has put
// into the queue; a step that has ended is told in the card; a question that is
// withdrawn fails its step.
func TestAskEnds(t *testing.T) {
	e := newAskEnv(t)
	e.aws.PutStep("throttled-token", fakeaws.Step{Refuse: 1})
	e.aws.PutStep("ended-token", fakeaws.Step{Ended: true})
	e.aws.PutStep("withdrawn-token", fakeaws.Step{})

	q := e.ask(`{"task_token":"throttled-token"}`, "")
	e.aws.Messages()
	if body := e.click("card", "ou_ann", "approve", q); !strings.Contains(body, "is being informed") {
		t.Errorf("got %s, want a card that promises no more than there is", body)
	}
	queued := e.aws.Messages()
	if len(queued) != 1 || queued[0].DelaySeconds != 5 || !strings.Contains(queued[0].MessageBody, q.AskID) {
		t.Fatalf("got the messages %+v, want a check in 5 s", queued)
	}
	if got := e.send(withoutNotBefore(t, queued[0].MessageBody)); got.Report != "accepted" || e.aws.Step("throttled-token").Output == "" {
		t.Errorf("after the check: got %+v, want a workflow that has the answer", got)
	}

	q = e.ask(`{"task_token":"ended-token"}`, "")
	if body := e.click("card", "ou_bob", "reject", q); !strings.Contains(body, "no longer waited") {
		t.Errorf("got %s, want a card that says that the step has ended", body)
	}

	q = e.ask(`{"task_token":"withdrawn-token"}`, "")
	if got := e.send(`{"ask":{"withdraw":"` + q.AskID + `"}}`); got.State != "withdrawn" || e.aws.Step("withdrawn-token").Failure != "Lark.Withdrawn" {
		t.Errorf("got %+v and %+v, want a step that has failed with Lark.Withdrawn", got, e.aws.Step("withdrawn-token"))
	}
	if body := e.click("card", "ou_ann", "approve", q); !strings.Contains(body, "been closed") || e.aws.Step("withdrawn-token").Calls != 1 {
		t.Errorf("a click too late: got %s, want a toast", body)
	}
	e.checkSecrets("throttled-token", "ended-token", "withdrawn-token")
}

// withoutNotBefore returns a request that is due at once: the time that a test
// would have to wait for.
func withoutNotBefore(t *testing.T, body string) string {
	t.Helper()
	var request map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &request); err != nil {
		t.Fatal(err)
	}
	delete(request, "not_before")
	doc, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}
