package send_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/larkbridge/larkbridge/lib/send"
)

// answering is a Lark that answers each call, but those for tokens, with the
// same document.
type answering struct {
	*fixture
	answer string
	delay  time.Duration
	// open counts the answers that are being read, and most is the largest number
	// of them.
	open, most *atomic.Int64
}

func (a answering) Do(req *http.Request) (*http.Response, error) {
	if strings.Contains(req.URL.Path, "/auth/") {
		return a.fixture.Do(req)
	}
	select {
	case <-time.After(a.delay):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	if n := a.open.Add(1); n > a.most.Load() {
		a.most.Store(n)
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: closing{strings.NewReader(a.answer), func() { a.open.Add(-1) }}}, nil
}

type closing struct {
	io.Reader
	done func()
}

func (c closing) Close() error { c.done(); return nil }

func newAnswering(f *fixture, answer string, delay time.Duration) answering {
	return answering{f, answer, delay, new(atomic.Int64), new(atomic.Int64)}
}

// The requests of a list end before the invocation does: what there is no time
// for is not begun, and says so.
func TestListEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, ctx := newFixture()
		f.sender.HTTP = newAnswering(f, `{"code":0,"data":{}}`, 20*time.Second)
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		start := time.Now()
		out, err := f.invoke(ctx, "i", `{"requests":[`+strings.TrimSuffix(strings.Repeat(`{"recall":{"message_id":"om_1"}},`, 100), ",")+`]}`)
		if err != nil {
			t.Fatal(err)
		}
		if elapsed := time.Since(start); elapsed > 56*time.Second {
			t.Errorf("it took %s, want 56 s at most", elapsed)
		}
		var done, late int
		for _, r := range out.(send.Response).Results {
			switch {
			case r.OK:
				done++
			case r.Error.Kind == "transport" && r.Error.Retryable:
				late++
			}
		}
		if done != 2 || late != 98 {
			t.Errorf("got %d done and %d out of time, want 2 and 98", done, late)
		}
	})
}

// Lambda takes 6 MB of output. A result that does not fit is an error that says
// so, and the results beside it are whole.
func TestOutputSize(t *testing.T) {
	for _, tt := range []struct {
		size, requests, whole int
	}{{3_000_000, 1, 1}, {3_000_000, 3, 1}, {100_000, 70, 59}, {6_500_000, 1, 0}, {6_500_000, 2, 0}} {
		f, ctx := newFixture()
		f.sender.HTTP = newAnswering(f, `{"code":0,"data":{"blob":"`+strings.Repeat("x", tt.size)+`"}}`, 0)
		out, err := f.invoke(ctx, "i", `{"requests":[`+strings.TrimSuffix(strings.Repeat(`{"request":{"method":"GET","path":"a"}},`, tt.requests), ",")+`]}`)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := json.Marshal(out)
		if err != nil || len(doc) > 6_291_556 {
			t.Errorf("%d of %d bytes: got an output of %d bytes, %v", tt.requests, tt.size, len(doc), err)
		}
		whole := 0
		for _, r := range out.(send.Response).Results {
			if r.OK {
				whole++
			} else if !strings.Contains(r.Error.Msg, "save_to") || r.Error.Retryable {
				t.Errorf("got the error %+v, want one that names save_to", r.Error)
			}
		}
		if whole != tt.whole {
			t.Errorf("%d of %d bytes: %d results are whole, want %d", tt.requests, tt.size, whole, tt.whole)
		}
	}
	f, ctx := newFixture()
	f.sender.HTTP = newAnswering(f, `{"code":0,"data":{"blob":"`+strings.Repeat("x", 6_500_000)+`"}}`, 0)
	if _, err := f.one(t, ctx, `{"request":{"method":"GET","path":"a"}}`); errorType(err) != "Lark.Validation" || len(err.Error()) > 1000 {
		t.Errorf("a single request: got %.200v, want Lark.Validation", err)
	}
}

// Of a batch of large answers two at a time are in memory.
func TestBatchOfLargeAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, ctx := newFixture()
		lark := newAnswering(f, `{"code":0,"data":{"blob":"`+strings.Repeat("x", 1<<20)+`"}}`, time.Second)
		f.sender.HTTP = lark
		var batch events.SQSEvent
		for i := range 10 {
			batch.Records = append(batch.Records, events.SQSMessage{MessageId: fmt.Sprint(i), EventSource: "aws:sqs", Body: `{"request":{"method":"GET","path":"a"}}`})
		}
		payload, err := json.Marshal(batch)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		out, err := f.invoke(ctx, "i", string(payload))
		if doc, _ := json.Marshal(out); err != nil || string(doc) != `{"batchItemFailures":[]}` {
			t.Errorf("got %s, %v", doc, err)
		}
		if elapsed := time.Since(start); lark.most.Load() > 2 || elapsed != 5*time.Second {
			t.Errorf("%d answers were read at the same time, in %s; want 2, in 5 s", lark.most.Load(), elapsed)
		}
	})
}

// A document of 225 KB costs little, however it is nested, and is one message or
// one error.
func TestNesting(t *testing.T) {
	const size = 225 << 10
	nested := func(open, middle, shut string) string {
		n := (size - len(middle)) / (len(open) + len(shut))
		return strings.Repeat(open, n) + middle + strings.Repeat(shut, n)
	}
	quoted := `{"status":"failed"}`
	for len(quoted) < size/2 { // a string in a string: each level doubles the escapes
		doc, err := json.Marshal(map[string]string{"TopicArn": "a", "MessageId": "m", "Message": quoted})
		if err != nil {
			t.Fatal(err)
		}
		quoted = string(doc)
	}
	for name, body := range map[string]string{
		"lists":         nested("[", "", "]"),
		"objects":       nested(`{"a":`, "1", "}"),
		"a broken list": strings.Repeat("[", size),
		"notifications": quoted,
		"records":       nested(`{"requestContext":{"functionArn":"`+function+`","condition":"RetriesExhausted"},"requestPayload":`, `{}`, "}"),
		"events":        nested(`{"source":"a","detail-type":"b","detail":`, `{}`, "}"),
		"requests":      nested(`{"requests":[`, `{}`, "]}"),
		"quotes":        strings.Repeat(`\"`, size/2),
	} {
		f, ctx := newFixture()
		f.sender.DefaultTo = "oc_1"
		payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m", EventSource: "aws:sqs", Body: body}}})
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := f.invoke(ctx, "i", string(payload)); err != nil {
			t.Error(err)
		}
		runtime.ReadMemStats(&after)
		if elapsed := after.TotalAlloc - before.TotalAlloc; elapsed > 64<<20 {
			t.Errorf("%s: %d MB were allocated, want 64 at most", name, elapsed>>20)
		}
		if got := len(f.bus.Entries()); got != 1 {
			t.Errorf("%s: %d results on the bus, want 1", name, got)
		}
	}
}

// The documents around a request are at most two.
func TestEnvelopes(t *testing.T) {
	doc := `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`
	for depth := range 4 {
		f, ctx := newFixture()
		f.runOne(t, ctx, "1", doc)
		if got, want := len(f.platform.Messages("oc_1")) == 1, depth <= 2; got != want {
			t.Errorf("%d documents around a request: it is carried out: %t, want %t", depth, got, want)
		}
		wrapped, err := json.Marshal(map[string]string{"TopicArn": "a", "MessageId": "m", "Message": doc})
		if err != nil {
			t.Fatal(err)
		}
		doc = string(wrapped)
	}
}

// A call may take as long as the stack's SendTimeout. A request that asks for
// more is refused with the name of that parameter, before any call.
func TestRequestTimeout(t *testing.T) {
	for _, tt := range []struct {
		stack  time.Duration
		asked  int
		refuse string // the error, "" if the request is carried out
	}{
		{0, 60, ""},
		{0, 61, "want 0 to 60 seconds, which is the stack's parameter SendTimeout"},
		{5 * time.Minute, 300, ""},
		{5 * time.Minute, 301, "want 0 to 300 seconds, which is the stack's parameter SendTimeout"},
	} {
		f, ctx := newFixture()
		f.sender.Timeout = tt.stack
		f.sender.HTTP = newAnswering(f, `{"code":0,"data":{}}`, 0)
		_, err := f.one(t, ctx, fmt.Sprintf(`{"request":{"method":"GET","path":"a","timeout":%d}}`, tt.asked))
		switch {
		case tt.refuse == "" && err != nil:
			t.Errorf("%v, timeout %d: got %v, want no error", tt.stack, tt.asked, err)
		case tt.refuse != "" && (errorType(err) != "Lark.Validation" || !strings.Contains(err.Error(), tt.refuse)):
			t.Errorf("%v, timeout %d: got %v, want Lark.Validation: %s", tt.stack, tt.asked, err, tt.refuse)
		}
	}
}
