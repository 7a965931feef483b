package send_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// The record of an own invocation that failed, in the queue, is that request
// again, under the id that it had. Of another function's it is nothing.
func TestFailureRecord(t *testing.T) {
	const self = "arn:aws:lambda:us-east-1:123456789012:function:larkbridge-send"
	for name, tt := range map[string]struct {
		function, condition, payload string
		want                         int
	}{
		"a request":          {self + ":$LATEST", "RetriesExhausted", `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`, 1},
		"too old":            {self, "EventAgeExceeded", `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`, 1},
		"a list":             {self, "RetriesExhausted", `{"requests":[{"message":{"to":{"chat_id":"oc_1"},"text":"1"}},{"message":{"to":{"chat_id":"oc_1"},"text":"2"}}]}`, 2},
		"a topic's":          {self, "RetriesExhausted", `{"Records":[{"EventSource":"aws:sns","Sns":{"MessageId":"m-1","Message":"{\"message\":{\"to\":{\"chat_id\":\"oc_1\"},\"text\":\"hi\"}}"}}]}`, 1},
		"an event's":         {self, "RetriesExhausted", `{"id":"e-1","source":"my.app","detail-type":"Lark Send Request","detail":{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}}`, 1},
		"another function's": {self + "2", "RetriesExhausted", `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`, 0},
		"a success":          {self, "Success", `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, ctx := newFixture()
				ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{InvokedFunctionArn: self})
				record, err := json.Marshal(map[string]any{
					"requestContext": map[string]string{"requestId": "r-1", "functionArn": tt.function, "condition": tt.condition},
					"requestPayload": json.RawMessage(tt.payload),
				})
				if err != nil {
					t.Fatal(err)
				}
				for _, id := range []string{"m-1", "m-2"} { // put back twice
					batch, err := json.Marshal(map[string]any{"Records": []map[string]string{{"eventSource": "aws:sqs", "messageId": id, "body": string(record)}}})
					if err != nil {
						t.Fatal(err)
					}
					out, err := f.sender.Lambda(ctx, batch)
					if doc, _ := json.Marshal(out); err != nil || string(doc) != `{"batchItemFailures":[]}` {
						t.Errorf("got %s, %v", doc, err)
					}
				}
				if got := f.platform.Messages("oc_1"); len(got) != tt.want {
					t.Errorf("%d messages, want %d: %+v", len(got), tt.want, got)
				}
			})
		})
	}
}
