package send_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/larkbridge/larkbridge/lib/store"
	"github.com/larkbridge/larkbridge/lib/stream"
)

// newStreamFixture returns a sender that streams texts.
func newStreamFixture() *fixture {
	f := newFaultyFixture(false)
	f.faults.rng = nil
	f.sender.Streams = &stream.Writer{Store: store.NewMemory(time.Now), Now: time.Now}
	return f
}

func streamRequest(seq int, text string, done bool) string {
	return fmt.Sprintf(`{"stream":{"id":"s1","to":{"chat_id":"oc_1"},"seq":%d,"text":%q,"done":%v}}`, seq, text, done)
}

// What is not done has a result for its caller alone; what is done is on the bus.
func TestStreamReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newStreamFixture()
		_, ctx := newFixture()
		for i, text := range []string{"a", "ab", "abc"} {
			r, err := f.one(t, ctx, streamRequest(i+1, text, i == 2))
			if err != nil || !r.OK || !strings.Contains(string(r.Data), `"shown":true`) || r.Replayed {
				t.Errorf("request %d: got %+v, %v, want a text that is shown", i+1, r, err)
			}
		}
		entries := f.bus.Entries()
		if len(entries) != 1 || entries[0].DetailType != "Lark Send Succeeded" || !strings.Contains(string(entries[0].Detail), `"verb":"stream"`) {
			t.Errorf("got the entries %+v, want the one result", entries)
		}
		if _, err := f.one(t, ctx, `{"app":"other",`+streamRequest(1, "a", false)[1:]); err == nil {
			t.Error("an unknown app: got no error")
		}
		if got := len(f.bus.Entries()); got != 2 {
			t.Errorf("got %d entries, want the failure too", got)
		}
	})
}

// The newest of a batch is shown, and the others are done without a call.
func TestStreamBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newStreamFixture()
		_, ctx := newFixture()
		var batch []events.SQSMessage
		for i := range 10 {
			batch = append(batch, events.SQSMessage{
				MessageId: strconv.Itoa(i), EventSource: "aws:sqs", Body: streamRequest(i+1, strings.Repeat("a", i+1), false),
				Attributes: map[string]string{"SentTimestamp": strconv.FormatInt(time.Now().UnixMilli(), 10)},
			})
		}
		payload, err := json.Marshal(events.SQSEvent{Records: batch})
		if err != nil {
			t.Fatal(err)
		}
		out, err := f.sender.Lambda(ctx, payload)
		if err != nil || len(out.(events.SQSEventResponse).BatchItemFailures) > 0 {
			t.Fatalf("got %v, %v, want that all are done", out, err)
		}
		if m := f.platform.Messages("oc_1"); len(m) != 1 || !strings.Contains(m[0].Content, `"aaaaaaaaaa"`) {
			t.Errorf("got %+v, want one card with the newest text", m)
		}
		if calls := len(f.platform.Calls()); calls > 5 {
			t.Errorf("got %d calls, want at most 5: the token, two for the card, two updates", calls)
		}
	})
}
