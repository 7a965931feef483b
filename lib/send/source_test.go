package send_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Each document of a queue ends as exactly one message or error, whatever it
// is. In want is the type of the message, "" for an error on the bus.
func TestEveryDocumentHasAnOutcome(t *testing.T) {
	const message = `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`
	record := func(condition, payload, response string) string {
		return `{"requestContext":{"requestId":"r","functionArn":"arn:aws:lambda:eu-west-1:1:function:orders:$LATEST","condition":"` +
			condition + `"},"requestPayload":` + payload + `,"responsePayload":` + response + `}`
	}
	quoted := func(s string) string {
		doc, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(doc)
	}
	for name, tt := range map[string]struct{ body, want string }{
		"a request":                  {message, "text"},
		"a request behind a BOM":     {"\ufeff" + message, "text"},
		"a request in a string":      {quoted(message), "text"},
		"a request with a mistake":   {`{"message":{"txt":1}}`, ""},
		"a list of one":              {`{"requests":[` + message + `]}`, "text"},
		"an empty list":              {`{"requests":[]}`, ""},
		"a list of 101":              {`{"requests":[` + strings.Repeat(`{},`, 100) + `{}]}`, ""},
		"a request on the bus":       {`{"source":"a","detail-type":"Lark Send Request","detail":` + message + `}`, "text"},
		"a mistake on the bus":       {`{"source":"a","detail-type":"Lark Send Request","detail":{"a":1}}`, ""},
		"an event":                   {`{"source":"a","detail-type":"b","detail":{"c":1}}`, "interactive"},
		"a topic's request":          {`{"Type":"Notification","TopicArn":"a","MessageId":"m","Message":` + quoted(message) + `}`, "text"},
		"a topic's text":             {`{"Type":"Notification","TopicArn":"a","MessageId":"m","Message":"hi","Subject":"s"}`, "text"},
		"a topic's JSON":             {`{"Type":"Notification","TopicArn":"a","MessageId":"m","Message":"{\"a\":1}"}`, "interactive"},
		"JSON":                       {`{"status":"failed"}`, "interactive"},
		"JSON with a field message":  {`{"message":"disk full"}`, "interactive"},
		"an empty object":            {`{}`, "interactive"},
		"a list":                     {`[1,2]`, "text"},
		"a number":                   {`42`, "text"},
		"a string":                   {`"hi"`, "text"},
		"strings in lines":           {"\"a\"\n\"b\"", "text"},
		"a text":                     {`hi`, "text"},
		"a text with a brace":        {`{prod} is done`, "text"},
		"an empty text":              {` `, ""},
		"a failure of another":       {record("RetriesExhausted", `{"a":1}`, `{"errorType":"E","errorMessage":"m"}`), "interactive"},
		"a success with a request":   {record("Success", `{}`, message), "text"},
		"a success with a string":    {record("Success", `{}`, quoted(message)), "text"},
		"a success with other words": {record("Success", `{}`, `{"a":1}`), "interactive"},
		"a click without a card":     {record("Success", `{"event":{"token":"c-1"}}`, `null`), "nothing"},
		"a result of this product":   {`{"source":"larkbridge.send","detail-type":"Lark Send Failed","detail":{}}`, "nothing"},
		"nested too deep":            {strings.Repeat(`{"source":"a","detail-type":"Lark Send Request","detail":`, 3000) + message + strings.Repeat("}", 3000), ""},
	} {
		t.Run(name, func(t *testing.T) {
			f, ctx := newFixture()
			f.sender.DefaultTo = "oc_1"
			payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m1", EventSource: "aws:sqs", Body: tt.body}}})
			if err != nil {
				t.Fatal(err)
			}
			out, err := f.invoke(ctx, "i", string(payload))
			if doc, _ := json.Marshal(out); err != nil || string(doc) != `{"batchItemFailures":[]}` {
				t.Errorf("got %s, %v", doc, err)
			}
			var got []string
			for _, m := range f.platform.Messages("oc_1") {
				got = append(got, m.MsgType)
			}
			for _, e := range f.bus.Entries() {
				if e.DetailType == "Lark Send Failed" {
					got = append(got, "")
				}
			}
			want := []string{tt.want}
			if tt.want == "nothing" {
				want = nil
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A notice notifies nobody and is cut to what Lark takes.
func TestNoticeText(t *testing.T) {
	f, ctx := newFixture()
	f.sender.DefaultTo = "oc_1"
	for i, text := range []string{`<at user_id="all">all</at>`, `<AT user_id="all"></AT>`, strings.Repeat(`"`, 250<<10)} {
		payload := fmt.Sprintf(`{"Records":[{"EventSource":"aws:sns","Sns":{"MessageId":"m%d","Message":%q}}]}`, i, text)
		if _, err := f.invoke(ctx, "i", payload); err != nil {
			t.Fatal(err)
		}
	}
	messages := f.platform.Messages("oc_1")
	if len(messages) != 3 {
		t.Fatalf("got %d messages, want 3", len(messages))
	}
	for _, m := range messages {
		if strings.Contains(strings.ToLower(m.Content), "<at") {
			t.Errorf("it mentions: %.100s", m.Content)
		}
	}
}

// The delay until the next delivery is 15 s, doubling up to 16 min.
func TestRetryDelay(t *testing.T) {
	for received, want := range map[string]time.Duration{
		"1": 15 * time.Second, "2": 30 * time.Second, "6": 8 * time.Minute, "7": 16 * time.Minute, "8": 16 * time.Minute, "100": 16 * time.Minute, "": 15 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			f, ctx := newFixture()
			f.platform.Fail(larktest.Fault{Match: isMessageCall, Kind: larktest.Quota})
			delay := &recordedDelay{}
			f.sender.Delay = delay
			f.runOne(t, ctx, received, `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`)
			if delay.got != want {
				t.Errorf("delivery %s: got %s, want %s", received, delay.got, want)
			}
		})
	}
}

// A message of the queue is put off until it is due, for less than the 12 hours
// that SQS takes; one that is due in more than 3 days is refused.
func TestNotBeforeInTheQueue(t *testing.T) {
	for ahead, want := range map[time.Duration]time.Duration{
		16 * time.Second: 16 * time.Second, 5 * time.Hour: 5 * time.Hour, 48 * time.Hour: 11*time.Hour + 50*time.Minute,
		72 * time.Hour: 11*time.Hour + 50*time.Minute, 72*time.Hour + time.Second: 0,
	} {
		synctest.Test(t, func(t *testing.T) {
			f, ctx := newFixture()
			delay := &recordedDelay{}
			f.sender.Delay = delay
			start := time.Now()
			f.runOne(t, ctx, "7", fmt.Sprintf(`{"recall":{"message_id":"om_1"},"not_before":%d}`, start.Add(ahead).Unix()))
			if delay.got != want || time.Since(start) != 0 {
				t.Errorf("%s ahead: put off by %s, want %s, after %s", ahead, delay.got, want, time.Since(start))
			}
			if reported := len(f.bus.Entries()); (reported == 1) != (want == 0) {
				t.Errorf("%s ahead: %d results on the bus", ahead, reported)
			}
		})
	}
}

// A result answers repetitions of its request for 15 days. The same key with
// another request is an error.
func TestIdempotencyKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, ctx := newFixture()
		if r, err := f.one(t, ctx, hi); err != nil || !r.OK {
			t.Fatalf("got %+v, %v", r, err)
		}
		time.Sleep(15*24*time.Hour - time.Minute)
		if r, err := f.one(t, ctx, `{"idempotency_key":"k", "trace_id":"t", "message":{"text":"\u0068i","to":{"chat_id":"oc_1"}}}`); err != nil || !r.Replayed {
			t.Errorf("the same request, spelled in another way: got %+v, %v", r, err)
		}
		if _, err := f.one(t, ctx, strings.Replace(hi, "oc_1", "oc_2", 1)); errorType(err) != "Lark.Validation" {
			t.Errorf("another request: got %v", err)
		}
		time.Sleep(2 * time.Minute)
		if r, err := f.one(t, ctx, hi); err != nil || r.Replayed {
			t.Errorf("after 15 days: got %+v, %v", r, err)
		}
	})
}
