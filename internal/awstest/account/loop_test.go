package account

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

const text = `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`

func isMessage(r *http.Request) bool { return r.URL.Path == "/open-apis/im/v1/messages" }

// An event goes in by the template's routes, over its bus and a user's rule
// into its queue, by its event source to send, and comes out in the chat.
func TestLoop(t *testing.T) {
	a, platform := deploy(t, nil, nil)
	a.Rule("echo", a.Outputs["BusName"], `{"source":["lark"],"detail":{"message":{"text":["hello"]}}}`, []any{stage.Echo(a.Outputs["SendQueueArn"])})
	for range 2 { // delivered twice, answered once
		if status, body := a.Post("/event", stage.Delivery(stage.Payload(t, "im.message.receive_v1"))); status != 200 || body != "{}" {
			t.Fatalf("got %d %s\n%s", status, body, a.Logs("event"))
		}
	}
	a.PollQueues()
	if got := platform.Messages(""); len(got) != 1 || got[0].Content != `{"text":"You said: hello"}` {
		t.Errorf("in the chat: got %+v, want one message\n%s", got, a.Logs("send"))
	}
}

// Each route leads to its function, and to no other place.
func TestRoutes(t *testing.T) {
	a, _ := deploy(t, nil, nil)
	challenge := lark.Delivery{Body: lark.NewEncryptKey(larktest.EncryptKey).Encrypt([]byte(`{"challenge":"c-1","token":"` + larktest.VerificationToken + `","type":"url_verification"}`))}
	for path, want := range map[string]string{
		"/event":         `{"challenge":"c-1"}`,
		"/event/default": `{"challenge":"c-1"}`,
		"/event/other":   `{"error":"not_found"}`,
		"/card":          `{"challenge":"c-1"}`,
		"/card/default":  `{"challenge":"c-1"}`,
		"/card/other":    `{"error":"not_found"}`,
		"/":              `{"message":"Not Found"}`,
		"/send":          `{"message":"Not Found"}`,
		"/event/a/b":     `{"message":"Not Found"}`,
	} {
		if _, body := a.Post(path, challenge); body != want {
			t.Errorf("%s: got %s, want %s", path, body, want)
		}
	}
}

// The template's own rule takes requests from the bus, both queues and the
// topic lead to send, and what cannot be done ends in the dead letters.
func TestSourcesOfSend(t *testing.T) {
	for name, send := range map[string]func(a *Account){
		"bus":     func(a *Account) { a.PutEvent(a.Outputs["BusName"], "my.app", "Lark Send Request", text) },
		"queue":   func(a *Account) { a.Put(a.Outputs["SendQueueArn"], text) },
		"ordered": func(a *Account) { a.Put(queueARN(a.Outputs["OrderedSendQueueUrl"]), text) },
		"topic":   func(a *Account) { a.Publish(a.Outputs["AlarmTopicArn"], "", text) },
		"invoke":  func(a *Account) { a.InvokeAsync(a.Outputs["SendFunctionArn"], []byte(text)) },
		"default": func(a *Account) { a.Publish(a.Outputs["AlarmTopicArn"], "Deploy", "Version 42 is live") },
	} {
		t.Run(name, func(t *testing.T) {
			a, platform := deploy(t, map[string]string{"DefaultTo": "oc_1"}, nil)
			send(a)
			a.PollQueues()
			if got := platform.Messages("oc_1"); len(got) != 1 {
				t.Errorf("in the chat: got %+v, want one message\n%s", got, a.Logs("send"))
			}
		})
	}
}

// queueARN is that of the queue with a URL.
func queueARN(url string) string {
	return "arn:aws:sqs:" + template.Region + ":" + template.Account + ":" + url[strings.LastIndex(url, "/")+1:]
}

// What Lark does not take for now is a dead letter in the end, whatever source
// it came from, and nothing is lost.
func TestGivenUp(t *testing.T) {
	for name, tt := range map[string]struct {
		send func(a *Account)
		dead string
	}{
		"queue":   {func(a *Account) { a.Put(a.Outputs["SendQueueArn"], text) }, "larkbridge-send-dead"},
		"ordered": {func(a *Account) { a.Put(queueARN(a.Outputs["OrderedSendQueueUrl"]), text) }, "larkbridge-send-dead.fifo"},
		"topic":   {func(a *Account) { a.Publish(a.Outputs["AlarmTopicArn"], "", text) }, "larkbridge-send-dead"},
		"invoke":  {func(a *Account) { a.InvokeAsync(a.Outputs["SendFunctionArn"], []byte(text)) }, "larkbridge-send-dead"},
	} {
		t.Run(name, func(t *testing.T) {
			a, platform := deploy(t, nil, nil)
			platform.Fail(larktest.Fault{Kind: larktest.Throttle, Reset: time.Hour, Match: isMessage})
			tt.send(a)
			a.PollQueues()
			if n := a.Depth(queueARN("/" + tt.dead)); n != 1 {
				t.Errorf("dead letters: got %d, want 1\n%s", n, a.Logs("send"))
			}
		})
	}
}

// What is put back into its queue, once Lark takes it again, goes out as it
// would have, and once: also an invocation that failed, of which Lambda leaves
// a record.
func TestRedriven(t *testing.T) {
	requests := `{"requests":[` + text + `,` + text + `]}`
	for name, tt := range map[string]struct {
		send func(a *Account)
		want int
	}{
		"queue":  {func(a *Account) { a.Put(a.Outputs["SendQueueArn"], text) }, 1},
		"topic":  {func(a *Account) { a.Publish(a.Outputs["AlarmTopicArn"], "Deploy", "Version 42 is live") }, 1},
		"invoke": {func(a *Account) { a.InvokeAsync(a.Outputs["SendFunctionArn"], []byte(text)) }, 1},
		"event": {func(a *Account) {
			a.InvokeAsync(a.Outputs["SendFunctionArn"], []byte(`{"id":"e-1","source":"my.app","detail-type":"Lark Send Request","detail":`+requests+`}`))
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			a, platform := deploy(t, map[string]string{"DefaultTo": "oc_1"}, nil)
			var down atomic.Bool
			var messages atomic.Int32
			down.Store(true)
			platform.Fail(larktest.Fault{Kind: larktest.Throttle, Reset: time.Hour, Match: func(r *http.Request) bool {
				return isMessage(r) && down.Load() && (messages.Add(1) > 1 || tt.want == 1) // of two the first goes out
			}})
			tt.send(a)
			a.PollQueues()
			down.Store(false)
			a.Move(queueARN("/larkbridge-send-dead"), a.Outputs["SendQueueArn"])
			a.PollQueues()
			if got := platform.Messages("oc_1"); len(got) != tt.want || a.Depth(queueARN("/larkbridge-send-dead")) != 0 {
				t.Errorf("got %d messages, want %d: %+v\n%s", len(got), tt.want, got, a.Logs("send"))
			}
		})
	}
}
