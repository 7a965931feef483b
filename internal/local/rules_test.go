package local_test

import (
	"context"
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
)

const ownCode = "testdata/owncode/"

// need skips a test where a program is missing.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("left out: needs %s in the PATH", program)
	}
}

// startRules starts the local run with rules.
func startRules(t *testing.T, specs ...local.RuleSpec) *fixture {
	t.Helper()
	return startWith(t, func(ctx context.Context, f *fixture, server *local.Server) {
		if err := server.AddRules(ctx, f.url, specs); err != nil {
			t.Fatal(err)
		}
	})
}

// await waits until the steps of a kind have the text, and returns all of that kind.
func (f *fixture) await(kind, text string) []local.Step {
	f.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		steps := f.shown(kind)
		for _, s := range steps {
			if strings.Contains(s.Subject+" "+s.Note, text) {
				return steps
			}
		}
		select {
		case <-tick.C:
		case <-f.t.Context().Done():
			f.t.Fatalf("no step %s has %q", kind, text)
		}
	}
}

// TestOwnCodeAnswersAMessage posts a message and looks for the answer in the chat.
func TestOwnCodeAnswersAMessage(t *testing.T) {
	for to, want := range map[string]string{
		ownCode + "app.py:returns":    "Python app",
		ownCode + "app.py:posts":      "Python app",
		ownCode + "app.py:queues":     "Python app",
		ownCode + "index.mjs:returns": "Node index",
		ownCode + "index.mjs:posts":   "Node index",
		ownCode + "index.mjs:invokes": "Node index",
	} {
		t.Run(to, func(t *testing.T) {
			t.Parallel()
			need(t, map[bool]string{true: "python3", false: "node"}[strings.Contains(to, ".py")])
			f := startRules(t, local.RuleSpec{File: ownCode + "rule.json", To: to})
			for _, text := range []string{"ho", "hi there"} {
				if status, body := f.do(f.event(lark.TypeMessageReceive, local.Edit{Text: &text})); status != 200 {
					t.Fatalf("got %d %s, want 200", status, body)
				}
			}
			f.await(local.StepSend, "done")
			messages := f.platform.Messages(local.SampleChat)
			if len(messages) != 1 || !strings.Contains(messages[0].Content, want) {
				t.Errorf("in the chat is %+v, want one message with %q", messages, want)
			}
			logs := f.await(local.StepLog, "got")
			if got, want := logs[0].Note, "got hi there"; got != want || logs[0].Subject != to {
				t.Errorf("got %q of %s, want %q of %s", got, logs[0].Subject, want, to)
			}
			if rules := f.shown(local.StepRule); len(rules) == 0 || rules[0].Subject != "rule to "+to || rules[0].Group == "" {
				t.Errorf("got %+v, want the steps of the rule, with their group", rules)
			}
		})
	}
}

func TestOwnCodeFails(t *testing.T) {
	need(t, "python3")
	f := startRules(t, local.RuleSpec{File: ownCode + "rule.json", To: ownCode + "app.py:fails"})
	f.do(f.event(lark.TypeMessageReceive, local.Edit{Text: new("hi")}))
	for _, step := range f.await(local.StepRule, "no such thing") {
		if failed := strings.Contains(step.Note, "ValueError: no such thing"); step.Failed != failed {
			t.Errorf("%+v: got failed %v, want %v", step, step.Failed, failed)
		}
	}
}

func TestRuleToSend(t *testing.T) {
	f := startRules(t, local.RuleSpec{File: ownCode + "transform.yaml"})
	f.do(f.event(lark.TypeMessageReceive, local.Edit{Text: new(`a "b"`)}))
	f.await(local.StepSend, "done")
	if m := f.platform.Messages(local.SampleChat); len(m) != 1 || m[0].Content != `{"text":"You said: a \"b\""}` {
		t.Errorf("in the chat is %+v", m)
	}
}

// TestEnvelope runs a command that answers with a request of what it got.
func TestEnvelope(t *testing.T) {
	need(t, "cat")
	f := startRules(t, local.RuleSpec{File: ownCode + "rule.json", To: "cat"})
	f.do(f.event(lark.TypeMessageReceive, local.Edit{Text: new("hi")}))
	steps := f.await(local.StepRule, "cat is done")
	_, note, _ := strings.Cut(steps[len(steps)-1].Note, "{")
	if want := regexp.MustCompile(`^"version":"0","id":"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-`); !want.MatchString(note) {
		t.Errorf("got %s, want %s", note, want)
	}
}

func TestRulesAreRefused(t *testing.T) {
	for want, spec := range map[string]local.RuleSpec{
		"give --to":             {File: ownCode + "rule.json"},
		"no such file":          {File: ownCode + "none.json", To: "cat"},
		"cannot be run":         {File: ownCode + "rule.json", To: "no-such-program"},
		"the handler's file":    {File: ownCode + "rule.json", To: "none.py:handler"},
		"no rule \"None\"":      {File: ownCode + "transform.yaml#None"},
		"quote that does not":   {File: ownCode + "rule.json", To: "cat 'a"},
		"is not JSON, and its ": {File: ownCode + "app.py", To: "cat"},
	} {
		startWith(t, func(ctx context.Context, f *fixture, server *local.Server) {
			if err := server.AddRules(ctx, f.url, []local.RuleSpec{spec}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: got %v, want an error with %q", spec, err, want)
			}
		})
	}
}

// TestAWSClients plays the calls that an AWS SDK makes.
func TestAWSClients(t *testing.T) {
	f := start(t)
	call := func(operation, body string) (int, string) {
		t.Helper()
		req := f.request("POST", "/", body)
		req.Header.Set("X-Amz-Target", operation)
		return f.do(req)
	}
	if status, body := call("AmazonSQS.SendMessage", `{"QueueUrl":"q","MessageBody":"{\"message\":{\"to\":{\"chat_id\":\"oc_1\"},\"text\":\"hi\"}}"}`); status != 200 || !strings.Contains(body, `"MD5OfMessageBody":"f4e963d6bba02b6460d8624e3200cda9"`) {
		t.Errorf("SendMessage gives %d %s", status, body)
	}
	f.await(local.StepSend, "done")
	status, body := call("AWSEvents.PutEvents", `{"Entries":[{"Source":"my.app","DetailType":"t","Detail":"{}"},{"Source":"my.app","DetailType":"t","Detail":"{"}]}`)
	if status != 200 || !strings.Contains(body, `"FailedEntryCount":1`) || !strings.Contains(body, `"EventId"`) {
		t.Errorf("PutEvents gives %d %s", status, body)
	}
	if _, events := f.ask("GET", "/api/events", ""); strings.Count(events, `"source":"my.app"`) != 1 {
		t.Errorf("on the bus is %s", events)
	}
	for operation, body := range map[string]string{"AmazonSQS.DeleteQueue": "{}", "AmazonSQS.SendMessage": "{"} {
		if status, answer := call(operation, body); status != 400 || !strings.Contains(answer, "__type") {
			t.Errorf("%s with %s gives %d %s, want 400 and an error of AWS", operation, body, status, answer)
		}
	}
	status, body = f.ask("POST", "/2015-03-31/functions/any/invocations", `{"message":{}}`)
	var failed struct{ ErrorType string }
	if err := json.Unmarshal([]byte(body), &failed); status != 200 || err != nil || failed.ErrorType != "Lark.Validation" {
		t.Errorf("Invoke gives %d %s, want a function error", status, body)
	}
	async := f.request("POST", "/2015-03-31/functions/any/invocations", `{"message":{"to":{"chat_id":"oc_2"},"text":"hi"}}`)
	async.Header.Set("X-Amz-Invocation-Type", "Event")
	if status, body := f.do(async); status != 202 || body != "" {
		t.Errorf("Invoke gives %d %q, want 202 and nothing", status, body)
	}
}
