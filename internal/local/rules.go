package local

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/larkbridge/larkbridge/internal/local/rule"
	"github.com/larkbridge/larkbridge/internal/local/target"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/cloud"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// The account and the region of the local run, as in AWS's documentation.
const (
	account = "123456789012"
	region  = "us-east-1"
)

// targetTimeout is how long a target that a rule's file does not describe may take.
const targetTimeout = time.Minute

// RuleSpec is a rule as the command line has it.
type RuleSpec struct {
	File string // that [rule.Read] reads
	To   string // that [target.Parse] parses; "" for the targets of a template, "send" for send
}

// AddRules reads rules, starts their targets and adds them to the bus. url is where the
// server will serve, which the targets get in their environment. What the rules do ends
// with ctx, after which [Server.Close] must be called.
func (s *Server) AddRules(ctx context.Context, url string, specs []RuleSpec) error {
	for _, spec := range specs {
		rules, err := rule.Read(spec.File)
		if err != nil {
			return err
		}
		if spec.To != "" && len(rules) > 1 {
			return fmt.Errorf("%s has the rules %s: name one as %s#NAME", spec.File, rule.Names(rules), spec.File)
		}
		for _, r := range rules {
			t, err := s.target(spec, url, r)
			if err != nil {
				return fmt.Errorf("rule %s: %w", r.Name, err)
			}
			s.bus.Rule(t.match(ctx))
		}
	}
	return nil
}

// target returns the target of a rule, started.
func (s *Server) target(spec RuleSpec, url string, r rule.Rule) (*ruleTarget, error) {
	t := &ruleTarget{server: s, rule: r, name: spec.To}
	switch {
	case spec.To == "send" || spec.To == "" && r.ToSend:
		t.name = "send"
		return t, nil
	case spec.To != "":
		t.rule.Function = nil
		var err error
		t.target, err = target.Parse(spec.To, s.targetConfig(spec.To, url, targetTimeout, nil))
		if err != nil {
			return nil, err
		}
	case r.Function != nil:
		f := r.Function
		t.name = f.Name
		if running, ok := s.functions[f.File+":"+f.Handler]; ok {
			t.target = running
			return t, nil
		}
		t.target = target.NewHandler(f.File, f.Handler, s.targetConfig(f.Name, url, f.Timeout, f.Env))
		s.functions[f.File+":"+f.Handler] = t.target
	default:
		return nil, fmt.Errorf("%s does not say what its target is: give --to", spec.File)
	}
	s.targets = append(s.targets, t.target)
	return t, t.target.Start()
}

// targetConfig returns how a target runs. Its clients of SQS, Lambda and EventBridge
// call this server.
func (s *Server) targetConfig(name, url string, timeout time.Duration, env []string) target.Config {
	env = append(env, "LARKBRIDGE_URL="+url)
	for _, service := range []string{"SQS", "LAMBDA", "EVENTBRIDGE"} {
		env = append(env, "AWS_ENDPOINT_URL_"+service+"="+url)
	}
	return target.Config{Timeout: timeout, Env: env, Output: &lineWriter{show: func(line string) {
		s.Show(Step{Kind: StepLog, Subject: name, Note: line})
	}}}
}

// Close ends the targets of the rules, and returns when none is at work.
func (s *Server) Close() {
	s.work.Wait()
	for _, t := range s.targets {
		t.Close()
	}
}

// ruleTarget is a rule with its target.
type ruleTarget struct {
	server *Server
	rule   rule.Rule
	name   string        // of the target
	target target.Target // nil: send
}

// match returns what the bus calls with each entry. As on AWS, whoever publishes an entry
// does not wait for the target.
func (t *ruleTarget) match(ctx context.Context) func(bus.Entry) {
	return func(e bus.Entry) {
		event, err := envelope(e)
		if err != nil {
			t.fail(e, "the event cannot be encoded", err)
			return
		}
		matched, err := t.rule.Pattern.Match(event)
		if err != nil {
			t.fail(e, "the event cannot be matched", err)
		}
		if matched {
			t.server.work.Go(func() { t.invoke(ctx, e, event) })
		}
	}
}

// invoke gives a matching event to the target. A failure is shown, and not tried once more.
func (t *ruleTarget) invoke(ctx context.Context, e bus.Entry, event []byte) {
	t.show(e, t.rule.Name+" to "+t.name, "")
	input := event
	if t.rule.Transformer != nil {
		var err error
		if input, err = t.rule.Transformer.Transform(event); err != nil {
			t.fail(e, "the input transformer failed", err)
			return
		}
	}
	if t.target == nil {
		t.server.enqueue(ctx, groupOf(e), input)
		return
	}
	start := t.server.now()
	answer, err := t.target.Invoke(ctx, input)
	if err != nil {
		t.fail(e, t.name+" failed", err)
		return
	}
	elapsed := millis(t.server.now().Sub(start))
	if !t.toSend(e, answer) {
		t.show(e, t.name+" is done", fmt.Sprintf("%s %.80s", elapsed, answer))
		return
	}
	t.show(e, t.name+" to send", elapsed+", what it returned")
	record, err := DestinationRecord(t.name, input, answer, t.server.now())
	if err != nil {
		t.fail(e, "what "+t.name+" returned cannot be sent", err)
		return
	}
	_, _ = t.server.sender.Lambda(ctx, record) // its observer shows the outcome
}

// toSend reports whether an answer goes to send. A template says so for its function by
// a destination; of other targets, requests go there, and what answers a click.
func (t *ruleTarget) toSend(e bus.Entry, answer []byte) bool {
	if f := t.rule.Function; f != nil {
		return f.ToSend
	}
	var o map[string]json.RawMessage
	if json.Unmarshal(answer, &o) != nil || o == nil {
		return false
	}
	for name, value := range o {
		if name == "requests" && value[0] == '[' || request.IsVerb(name) && value[0] == '{' {
			return true
		}
	}
	return e.Source == bus.Source && e.DetailType == lark.TypeCardAction
}

func (t *ruleTarget) show(e bus.Entry, subject, note string) {
	t.server.Show(Step{Kind: StepRule, Group: groupOf(e), Subject: subject, Note: note})
}

func (t *ruleTarget) fail(e bus.Entry, subject string, err error) {
	t.server.Show(Step{Kind: StepRule, Group: groupOf(e), Subject: subject, Note: err.Error(), Failed: true})
}

// envelope returns the event that EventBridge makes of an entry. Its id depends on the
// entry alone, so that all rules see the same.
func envelope(e bus.Entry) ([]byte, error) {
	doc, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(doc)
	return json.Marshal(struct {
		Version    string          `json:"version"`
		ID         string          `json:"id"`
		DetailType string          `json:"detail-type"`
		Source     string          `json:"source"`
		Account    string          `json:"account"`
		Time       string          `json:"time"`
		Region     string          `json:"region"`
		Resources  []string        `json:"resources"`
		Detail     json.RawMessage `json:"detail"`
	}{
		"0", fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:16]), e.DetailType, e.Source,
		account, e.Time.UTC().Format("2006-01-02T15:04:05Z"), region, append([]string{}, e.Resources...), e.Detail,
	})
}

// enqueue passes a message to send as its queue does, and waits. group is that of a
// step which shows a failure.
func (s *Server) enqueue(ctx context.Context, group string, body []byte) {
	payload, err := json.Marshal(map[string]any{"Records": []map[string]any{{
		"messageId": rand.Text(), "body": string(body), "attributes": map[string]string{"ApproximateReceiveCount": "1"},
		"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:" + region + ":" + account + ":send",
	}}})
	if err == nil {
		_, err = s.sender.Lambda(ctx, payload) // its observer shows the outcome
	}
	if err != nil {
		s.Show(Step{Kind: StepNote, Group: group, Subject: "send", Note: err.Error(), Failed: true})
	}
}

// DestinationRecord returns the record that Lambda sends to the destination of an
// asynchronous invocation of a function, with its event and its answer.
func DestinationRecord(function string, event, answer []byte, now time.Time) ([]byte, error) {
	record := cloud.DestinationRecord{
		Version: "1.0", Timestamp: now.UTC().Format("2006-01-02T15:04:05.000Z"),
		Payload: event, Response: json.RawMessage(cmp.Or(string(answer), "null")),
	}
	record.Context.RequestID, record.Context.Condition, record.Context.Attempts = rand.Text(), "Success", 1
	record.Context.FunctionARN = "arn:aws:lambda:" + region + ":" + account + ":function:" + function + ":$LATEST"
	return json.Marshal(record)
}
