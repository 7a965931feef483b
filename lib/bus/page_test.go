package bus_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// pages has, for each language, the heading of the section about messages.
var pages = map[string]string{"../../docs/events.md": "What a message says", "../../docs/zh/events.md": "消息的内容"}

// pageBlocks returns the JSON blocks of that section: a message, then rules for a
// command, for what is said to the bot, and for what people say.
func pageBlocks(t *testing.T, file string) (message string, rules []string) {
	t.Helper()
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(doc), "\n## "+pages[file]+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var blocks []string
	for _, m := range regexp.MustCompile("(?s)\n```json\n(.*?)\n```\n").FindAllStringSubmatch(section, -1) {
		blocks = append(blocks, m[1])
	}
	if len(blocks) != 4 {
		t.Fatalf("got %d JSON blocks in %s, want 4", len(blocks), file)
	}
	return blocks[0], blocks[1:]
}

// pageMessage is what the tests read of the page's message.
type pageMessage struct {
	Type     string
	Content  json.RawMessage
	Mentions []struct {
		Key    string
		OpenID string `json:"open_id"`
		Name   string
	}
	ReplyTo string `json:"reply_to"`
	Root    string
	Thread  string
}

// larkMessage returns the event.message that Lark would send for it.
func (m pageMessage) larkMessage(t *testing.T) string {
	t.Helper()
	var mentions []any
	for _, x := range m.Mentions {
		mentions = append(mentions, map[string]any{"key": x.Key, "name": x.Name, "id": map[string]string{"open_id": x.OpenID}, "mentioned_type": "bot"})
	}
	doc, err := json.Marshal(map[string]any{
		"message_id": "om_2", "chat_type": "group", "message_type": m.Type, "content": string(m.Content), "mentions": mentions,
		"parent_id": m.ReplyTo, "root_id": m.Root, "thread_id": m.Thread,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// received returns a message that was posted to an app whose own bot is ou_b07b.
func received(t *testing.T, senderType, message string) *lark.Event {
	t.Helper()
	app, err := lark.ParseApp("default", fmt.Appendf(nil, `{"app_id":%q,"app_secret":"s","encrypt_key":"k","verification_token":"v","bot_open_id":"ou_b07b"}`, larktest.AppID))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1735689600, 0)
	payload := fmt.Sprintf(`{"schema":"2.0","header":{"event_id":"e","event_type":"im.message.receive_v1","token":"v","app_id":%q},"event":{"sender":{"sender_type":%q},"message":%s}}`,
		larktest.AppID, senderType, message)
	callback, err := app.Receive(app.Sign([]byte(payload), now), now)
	if err != nil {
		t.Fatal(err)
	}
	return callback.Event
}

func TestPageMessage(t *testing.T) {
	for file := range pages {
		want, _ := pageBlocks(t, file)
		var m pageMessage
		if err := json.Unmarshal([]byte(want), &m); err != nil {
			t.Fatal(err)
		}
		got := received(t, "user", m.larkMessage(t)).Message
		if diff := cmp.Diff(value(t, []byte(want)), value(t, got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

// TestPageRules puts messages on a bus that has the page's rules and compares what
// reaches the target of each rule.
func TestPageRules(t *testing.T) {
	for file := range pages {
		t.Run(pages[file], func(t *testing.T) {
			doc, rules := pageBlocks(t, file)
			var m pageMessage
			if err := json.Unmarshal([]byte(doc), &m); err != nil {
				t.Fatal(err)
			}
			b, publisher := newBus(t)
			var queues []string
			for i, pattern := range rules {
				queues = append(queues, createRule(t, b.Name, fmt.Sprintf("%s-rule-%d", b.Name, i), pattern))
			}
			for _, c := range []struct {
				sender, message string
				want            []int // matches of each rule
			}{
				{"user", m.larkMessage(t), []int{1, 1, 1}},
				{"bot", m.larkMessage(t), []int{1, 1, 0}},
				{"user", `{"chat_type":"p2p","message_type":"text","content":"{\"text\":\"hi\"}"}`, []int{0, 1, 1}},
				{"user", `{"chat_type":"group","message_type":"text","content":"{\"text\":\"/deploy\"}"}`, []int{1, 0, 1}},
				{"user", `{"chat_type":"group","message_type":"text","content":"{\"text\":\"/deployed\"}"}`, []int{0, 0, 1}},
				{"bot", `{"chat_type":"group","message_type":"image","content":"{\"image_key\":\"k\"}"}`, []int{0, 0, 0}},
			} {
				to := bus.Bus{Publisher: publisher, InlineLimit: bus.DefaultInlineLimit}
				if _, err := to.PublishEvent(t.Context(), "default", received(t, c.sender, c.message)); err != nil {
					t.Fatal(err)
				}
				var got []int
				for _, queue := range queues {
					messages, err := shared.Get(t).Receive(t.Context(), queue, 10)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, len(messages.Records))
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s says %s (-want +got):\n%s", c.sender, c.message, diff)
				}
			}
		})
	}
}

// createRule makes a rule with a queue of the same name as its target, and returns the
// name.
func createRule(t *testing.T, busName, name, pattern string) string {
	t.Helper()
	e := shared.Get(t)
	for _, call := range []struct {
		target string
		in     any
	}{
		// What was received once is not received again during the test.
		{"AmazonSQS.CreateQueue", map[string]any{"QueueName": name, "Attributes": map[string]string{"VisibilityTimeout": "3600"}}},
		{"AWSEvents.PutRule", map[string]string{"Name": name, "EventBusName": busName, "EventPattern": pattern}},
		{"AWSEvents.PutTargets", map[string]any{"Rule": name, "EventBusName": busName, "Targets": []any{
			map[string]string{"Id": "queue", "Arn": "arn:aws:sqs:us-east-1:123456789012:" + name},
		}}},
	} {
		if err := e.Call(t.Context(), call.target, call.in, nil); err != nil {
			t.Fatal(err)
		}
	}
	return name
}
