package operate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/larkbridge/larkbridge/internal/operate"
)

const dead, deadFIFO = "larkbridge-send-dead", "larkbridge-send-dead.fifo"

// deadLetters returns the dead letters of some queues, and where to print them.
func deadLetters(q operate.Queues) (*operate.DeadLetters, *printed) {
	now := func() time.Time { return time.UnixMilli(1795428000000).Add(2 * time.Hour) }
	return &operate.DeadLetters{Stack: "larkbridge", Queues: q, Now: now}, new(printed)
}

// failed is the record of a failed invocation.
func failed(id, function, payload string) types.Message {
	return message(id, fmt.Sprintf(`{"version":"1.0","requestContext":{"functionArn":"arn:aws:lambda:us-east-1:1:function:%s:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":3},
		"requestPayload":%s,"responsePayload":{"errorType":"Lark.Server","errorMessage":"{\"kind\":\"server\",\"token\":\"shh\"}"}}`, function, payload))
}

func TestListCounts(t *testing.T) {
	q := newQueues()
	for i := range 12 {
		q.put(dead, message(fmt.Sprint(i), `{}`))
	}
	l, out := deadLetters(q)
	for range 2 { // looking changes nothing
		out.Reset()
		if err := out.add(l.List(t.Context())); err != nil {
			t.Fatal(err)
		}
		want := "larkbridge-send-dead          12 dead, the oldest of 10 looked at is from 2026-11-23T10:00:00Z, 2h0m0s ago\nlarkbridge-send-dead.fifo     0 dead\n"
		if out.String() != want {
			t.Errorf("got  %q\nwant %q", out.String(), want)
		}
	}
}

// deadMessages are dead letters of each kind.
func deadMessages() *fakeQueues {
	q := newQueues()
	m := message("a", `{"webhook":{"url":"https://open.feishu.cn/open-apis/bot/v2/hook/shh","secret":"shh"}}`)
	m.Attributes["DeadLetterQueueSourceArn"] = "arn:aws:sqs:us-east-1:1:larkbridge-send"
	q.put(dead, m)
	m = message("b", `{"detail-type":"Lark Send Request"}`)
	m.MessageAttributes = map[string]types.MessageAttributeValue{
		"ERROR_CODE": {StringValue: aws.String("NO_PERMISSIONS")}, "ERROR_MESSAGE": {StringValue: aws.String("not allowed")},
	}
	q.put(dead, m)
	q.put(dead, failed("c", "larkbridge-send", `{"Records":[]}`))
	m = message("d", strings.Repeat("é", 3000))
	m.Attributes["MessageGroupId"] = "oc_1"
	q.put(deadFIFO, m)
	return q
}

func TestShowTellsWhy(t *testing.T) {
	l, out := deadLetters(deadMessages())
	if err := out.add(l.Show(t.Context(), 10)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"larkbridge-send-dead: 3 dead\n",
		"  message  a, sent 2026-11-23T10:00:00Z\n  reason   every delivery from larkbridge-send failed: the log group /aws/lambda/larkbridge-send",
		`  body     {"webhook":{"secret":"***","url":"https://open.feishu.cn/open-apis/bot/v2/hook/***"}}`,
		"reason   EventBridge could not deliver it: NO_PERMISSIONS: not allowed\n",
		`reason   the invocation failed (RetriesExhausted, 3 times): Lark.Server: {"kind":"server","token":"***"}` + "\n",
		"  group    oc_1\n  reason   not known",
		"é … (6000 bytes)\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "shh") {
		t.Errorf("a secret is shown: %s", out.String())
	}
	out.Reset()
	if err := out.add(l.Show(t.Context(), 1)); err != nil || strings.Count(out.String(), "message  ") != 2 {
		t.Errorf("%v, %s", err, out.String())
	}
	if err := out.add(l.Show(t.Context(), 0)); err == nil {
		t.Error("0 is a number to show")
	}
}

func TestRedriveMovesHome(t *testing.T) {
	q := newQueues()
	q.put(dead, message("1", `{}`))
	q.put(deadFIFO, message("2", `{}`))
	l, out := deadLetters(q)
	if err := out.add(l.Redrive(t.Context())); err != nil {
		t.Fatal(err)
	}
	if q.tasks[dead] != "larkbridge-send" || q.tasks[deadFIFO] != "larkbridge-send.fifo" || q.all[dead][0].hidden {
		t.Errorf("tasks are %v", q.tasks)
	}
	out.Reset()
	if err := out.add(l.Redrive(t.Context())); err != nil || strings.Count(out.String(), "already moving: 1 of 3\n") != 2 {
		t.Errorf("once more: %v, %s", err, out.String())
	}
	l, out = deadLetters(newQueues())
	if err := out.add(l.Redrive(t.Context())); err != nil || strings.Count(out.String(), "nothing to do\n") != 2 {
		t.Errorf("nothing there: %v, %s", err, out.String())
	}
}

func TestQueueErrors(t *testing.T) {
	for _, tt := range []struct {
		operation string
		do        func(*operate.DeadLetters) error
		want      string
	}{
		{"ReceiveMessage", func(l *operate.DeadLetters) error { return new(printed).add(l.Show(t.Context(), 1)) }, "queue larkbridge-send-dead: AccessDenied: no; your credentials need sqs:ReceiveMessage"},
		{"StartMessageMoveTask", func(l *operate.DeadLetters) error { return new(printed).add(l.Redrive(t.Context())) }, "queue larkbridge-send-dead: starting the move: AccessDenied: no; your credentials need sqs:StartMessageMoveTask"},
	} {
		q := newQueues()
		q.put(dead, message("1", `{}`))
		q.denied[tt.operation] = refusal("AccessDenied")
		l, _ := deadLetters(q)
		if err := tt.do(l); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	q := newQueues()
	l, _ := deadLetters(q)
	delete(q.all, dead)
	for _, do := range []func() error{
		func() error { return new(printed).add(l.List(t.Context())) }, func() error { return new(printed).add(l.Show(t.Context(), 1)) }, func() error { return new(printed).add(l.Redrive(t.Context())) },
	} {
		if err := do(); err == nil || !strings.Contains(err.Error(), "give the stack's name, --stack") {
			t.Error(err)
		}
	}
}

// moto has no StartMessageMoveTask: Redrive is tested with the fake only.
func TestListAndShowOnSQS(t *testing.T) {
	client := queues(t)
	for _, name := range []string{"operate-send-dead", "operate-send-dead.fifo"} {
		in := &sqs.CreateQueueInput{QueueName: &name}
		if strings.HasSuffix(name, ".fifo") {
			in.Attributes = map[string]string{"FifoQueue": "true"}
		}
		made, err := client.CreateQueue(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			send := &sqs.SendMessageInput{QueueUrl: made.QueueUrl, MessageBody: aws.String(`{"secret":"shh"}`)}
			if in.Attributes != nil {
				send.MessageGroupId, send.MessageDeduplicationId = aws.String("oc_1"), aws.String(fmt.Sprint(i))
			}
			if _, err := client.SendMessage(t.Context(), send); err != nil {
				t.Fatal(err)
			}
		}
	}
	l, out := deadLetters(client)
	l.Stack = "operate"
	for range 2 {
		out.Reset()
		if err := out.add(l.Show(t.Context(), 10)); err != nil || strings.Count(out.String(), `body     {"secret":"***"}`) != 6 {
			t.Fatalf("%v\n%s", err, out.String())
		}
		if err := out.add(l.List(t.Context())); err != nil || strings.Count(out.String(), "3 dead, the oldest of 3") != 2 {
			t.Fatalf("%v\n%s", err, out.String())
		}
	}
}
