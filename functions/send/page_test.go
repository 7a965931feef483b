package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// section returns a section of docs/send.md.
func section(t *testing.T, heading string) string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/send.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(doc), "\n## "+heading+"\n")
	text, _, more := strings.Cut(rest, "\n## ")
	if !ok || !more {
		t.Fatalf("the page has no section %s", heading)
	}
	return text
}

// blocks returns the fenced blocks of a language in a section.
func blocks(t *testing.T, heading, language string, want int) []string {
	t.Helper()
	var list []string
	for _, m := range regexp.MustCompile("(?s)\n```"+language+"\n(.*?)\n```\n").FindAllStringSubmatch(section(t, heading), -1) {
		list = append(list, m[1])
	}
	if len(list) != want {
		t.Fatalf("got %d blocks of %s, want %d", len(list), language, want)
	}
	return list
}

// account is an AWS account with the stack in it, as far as moto goes: its
// event source mappings and subscriptions are the test's.
type account struct {
	*stage.Stage
	*larktest.Platform
	t    *testing.T
	send *harness.Function
	vars string // a script that sets the page's variables
	env  string
	chat string
}

func newAccount(t *testing.T) *account {
	t.Helper()
	s, platform := newLark(t)
	a := &account{Stage: s, Platform: platform, t: t}
	createStack(t, s)
	a.shell(`aws sqs create-queue --queue-name probe
aws sns subscribe --topic-arn arn:aws:sns:us-east-1:123456789012:larkbridge-alarms --protocol sqs \
  --notification-endpoint arn:aws:sqs:us-east-1:123456789012:probe`)
	a.vars = a.shell("set -a\n" + blocks(t, "Ways to send", "sh", 2)[0] + "\nexport -p")
	a.chat = strings.TrimSpace(a.shell(`echo "$CHAT"`))
	a.send = s.Start("send", "DEFAULT_TO="+a.chat)
	server := httptest.NewServer(harness.LambdaAPI(map[string]*harness.Function{"larkbridge-send": a.send}))
	t.Cleanup(server.Close)
	a.env = "AWS_ENDPOINT_URL_LAMBDA=" + server.URL
	return a
}

func (a *account) shell(script string) string {
	a.t.Helper()
	out, err := a.Shell(a.t.Context(), a.vars+"\n"+script, a.env)
	if err != nil {
		a.t.Fatalf("%s\n%v", script, err)
	}
	return out
}

// received is what Lambda makes of what is in a queue.
func (a *account) received(queue string) events.SQSEvent {
	a.t.Helper()
	event, err := a.Receive(a.t.Context(), queue, 10)
	if err != nil {
		a.t.Fatal(err)
	}
	return event
}

// fromQueue is what the event source mapping does.
func (a *account) fromQueue(queue string) {
	a.t.Helper()
	out := a.invoke(a.received(queue))
	if string(out) != `{"batchItemFailures":[]}` {
		a.t.Errorf("got %s, want no failures", out)
	}
}

// fromTopic is what the topic's subscription does.
func (a *account) fromTopic() {
	a.t.Helper()
	var event events.SNSEvent
	for _, m := range a.received("probe").Records {
		r := events.SNSEventRecord{EventSource: "aws:sns", EventVersion: "1.0"}
		if err := json.Unmarshal([]byte(m.Body), &r.SNS); err != nil {
			a.t.Fatal(err)
		}
		event.Records = append(event.Records, r)
	}
	a.invoke(event)
}

func (a *account) invoke(event any) []byte {
	a.t.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		a.t.Fatal(err)
	}
	out, err := a.send.Invoke(a.t.Context(), payload)
	if err != nil {
		a.t.Fatalf("%v\n%s", err, a.send.Logs())
	}
	return out
}

// Each command of the page brings its message into the chat.
func TestPageSources(t *testing.T) {
	a := newAccount(t)
	const live = "Version 42 is live"
	fromQueue := func(string) { a.fromQueue("larkbridge-send") }
	for _, tt := range []struct {
		title    string
		handOver func(out string)
		want     string
	}{
		{"Wait for Lark's answer.", func(out string) {
			if !strings.Contains(out, `"ok":true`) || strings.Contains(out, "FunctionError") {
				t.Errorf("got %s, want ok", out)
			}
		}, live},
		{"Put it into a queue.", fromQueue, live},
		{"Put it into the ordered queue", func(string) {
			event := a.received("larkbridge-send.fifo")
			if len(event.Records) != 1 || event.Records[0].Attributes["MessageGroupId"] != a.chat {
				t.Errorf("got %+v in the queue, want one message in the group of the chat", event)
			}
			a.invoke(event)
		}, live},
		{"Put it on the stack's bus.", fromQueue, live},
		{"Publish a text", func(string) { a.fromTopic() }, `"Deploy\n` + live + `"`},
		{"Let an alarm send a card to DefaultTo", func(string) {
			// moto watches no metric: the alarm is there, and its action is what AWS documents.
			if actions := a.shell(`aws cloudwatch describe-alarms --query 'MetricAlarms[].AlarmActions[]' --output text`); strings.TrimSpace(actions) != "arn:aws:lambda:us-east-1:123456789012:function:larkbridge-send" {
				t.Errorf("got the actions %s, want the function send", actions)
			}
			a.invoke(json.RawMessage(read(t, "alarm-action.json")))
		}, "Metric Alarm to test Lambda actions"},
		{"Let a rule send any event", func(string) {
			a.shell(`aws events put-events --entries '{"Source": "aws.ecs", "DetailType": "ECS Task State Change",
				"Detail": "{\"lastStatus\": \"STOPPED\", \"group\": \"service:orders\", \"stoppedReason\": \"Essential container exited\"}"}'`)
			a.fromQueue("larkbridge-send")
		}, "service:orders stopped: Essential container exited"},
	} {
		t.Run(tt.title, func(t *testing.T) {
			a.t = t
			before := len(a.Messages(""))
			tt.handOver(a.shell(a.paragraph(tt.title)))
			got := a.Messages("")[before:]
			if len(got) != 1 || got[0].ReceiveID != a.chat || !strings.Contains(got[0].Content, tt.want) {
				t.Errorf("sent %+v, want %s to %s", got, tt.want, a.chat)
			}
		})
	}
	if n := len(a.paragraphs()); n != 7 {
		t.Errorf("got %d ways to send on the page, want the 7 that are tested", n)
	}
}

func (a *account) paragraphs() []string {
	return strings.Split(blocks(a.t, "Ways to send", "sh", 2)[1], "\n\n")
}

func (a *account) paragraph(title string) string {
	a.t.Helper()
	for _, p := range a.paragraphs() {
		if strings.HasPrefix(p, "# "+title) {
			return p
		}
	}
	a.t.Fatalf("the page does not say how to %s", title)
	return ""
}
