package send_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/send"
	"github.com/larkbridge/larkbridge/lib/store"
)

const hi = `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"},"idempotency_key":"k"}`

// A request that is done is answered from its result, also to another instance.
func TestReplay(t *testing.T) {
	f, ctx := newFixture()
	first, err := f.one(t, ctx, hi)
	if err != nil || !first.OK || first.Replayed {
		t.Fatalf("got %+v, %v", first, err)
	}
	second, err := f.one(t, ctx, hi)
	if err != nil || !second.Replayed || string(second.Data) != string(first.Data) {
		t.Errorf("got %+v, %v, want the first result", second, err)
	}
	if n := len(f.platform.Messages("")); n != 1 {
		t.Errorf("%d messages", n)
	}
	if n := len(f.bus.Entries()); n != 1 {
		t.Errorf("%d results on the bus", n)
	}
}

// inProgress is a table on which another instance holds every claim; down is
// one that does not answer.
type inProgress struct{ send.Claims }

func (inProgress) Claim(context.Context, string, string, time.Duration, time.Duration) (store.State, []byte, error) {
	return store.InProgress, nil, nil
}

type down struct{ send.Claims }

func (down) Claim(context.Context, string, string, time.Duration, time.Duration) (store.State, []byte, error) {
	return store.InProgress, nil, errors.New("the table is down")
}

func TestRequestInTheWorks(t *testing.T) {
	f, ctx := newFixture()
	f.sender.Claims = inProgress{f.sender.Claims}
	if _, err := f.one(t, ctx, hi); errorType(err) != "Lark.Server" {
		t.Errorf("got %v", err)
	}
	if n := len(f.platform.Messages("")); n != 0 {
		t.Errorf("%d messages", n)
	}
}

// Without the table Lark's own recognition is left: still one message.
func TestTableDown(t *testing.T) {
	f, ctx := newFixture()
	f.sender.Claims = down{f.sender.Claims}
	for range 2 {
		if r, err := f.one(t, ctx, hi); err != nil || !r.OK {
			t.Errorf("got %+v, %v", r, err)
		}
	}
	if n := len(f.platform.Messages("")); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// Verbs that Lark does not recognise again say so.
func TestMayRepeat(t *testing.T) {
	f, ctx := newFixture()
	hook := f.platform.AddHook("s")
	r, err := f.one(t, ctx, `{"webhook":{"url":"http://lark.test/open-apis/bot/v2/hook/`+hook+`","secret":"s","text":"hi"}}`)
	if err != nil || !r.OK || !r.MayRepeat {
		t.Errorf("a webhook: %+v, %v", r, err)
	}
	if r, err = f.one(t, ctx, hi); err != nil || r.MayRepeat {
		t.Errorf("a message: %+v, %v", r, err)
	}
}

// A failure for good whose reason cannot be put on the bus is not dropped.
func TestUnreportedFailureComesAgain(t *testing.T) {
	f, ctx := newFixture()
	f.sender.Results = nowhere{}
	f.queue.put("m1", "g", `{"message":{"to":{"chat_id":"not-a-chat"},"text":"x"}}`)
	batch, _, _ := f.queue.receive(10)
	payload, err := json.Marshal(map[string]any{"Records": batch})
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.sender.Lambda(ctx, payload)
	doc, _ := json.Marshal(out)
	if err != nil || !strings.Contains(string(doc), `"itemIdentifier":"m1"`) {
		t.Errorf("got %s, %v", doc, err)
	}
}

type nowhere struct{}

func (nowhere) Publish(context.Context, bus.Entry) (string, error) {
	return "", errors.New("the bus is down")
}

// A report on a report would never end.
func TestResultsAreNotSent(t *testing.T) {
	f, ctx := newFixture()
	f.sender.DefaultTo = "oc_1"
	out, err := f.sender.Lambda(ctx, []byte(`{"id":"1","source":"larkbridge.send","detail-type":"Lark Send Failed","detail":{"result":{}}}`))
	if doc, _ := json.Marshal(out); err != nil || string(doc) != `{"results":[]}` || len(f.bus.Entries()) != 0 {
		t.Errorf("got %s, %v", doc, err)
	}
}

func TestNotBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, ctx := newFixture()
		at := func(d time.Duration) string {
			return fmt.Sprintf(`{"message":{"to":{"chat_id":"oc_1"},"text":"hi"},"not_before":%d}`, time.Now().Add(d).Unix())
		}
		start := time.Now()
		if r, err := f.one(t, ctx, at(10*time.Second)); err != nil || !r.OK || time.Since(start) < 9*time.Second {
			t.Errorf("got %+v, %v after %v", r, err, time.Since(start))
		}
		if _, err := f.invoke(ctx, "other", at(time.Hour)); errorType(err) != "Lark.Validation" {
			t.Errorf("an hour: %v", err)
		}
	})
}

// A chat gets five messages a second, in whatever time they come.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, ctx := newFixture()
		start := time.Now()
		for i := range 21 {
			if r, err := f.invoke(ctx, fmt.Sprint(i), `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`); err != nil {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		if elapsed := time.Since(start); elapsed < 4*time.Second || elapsed > 5*time.Second {
			t.Errorf("21 messages took %v", elapsed)
		}
	})
}

// What Lark asks to wait is waited, inside the budget; beyond it the request
// goes back.
func TestThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, ctx := newFixture()
		f.platform.Fail(larktest.Fault{Times: 1, Match: isMessageCall, Kind: larktest.Throttle, Reset: 7 * time.Second})
		start := time.Now()
		if r, err := f.one(t, ctx, hi); err != nil || !r.OK || time.Since(start) < 7*time.Second {
			t.Errorf("got %+v, %v after %v", r, err, time.Since(start))
		}
		f.platform.Fail(larktest.Fault{Match: isMessageCall, Kind: larktest.Quota})
		if _, err := f.invoke(ctx, "other", `{"message":{"to":{"chat_id":"oc_2"},"text":"hi"}}`); errorType(err) != "Lark.Quota" {
			t.Errorf("quota: %v", err)
		}
		if n := len(f.platform.Calls()); n > 4 { // token, throttled, sent, quota: no more
			t.Errorf("%d calls to Lark", n)
		}
	})
}

func isMessageCall(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/messages") }

// A token store that fails is counted and logged, and the message is sent.
func TestTokenStoreFails(t *testing.T) {
	f, ctx := newFixture()
	var counted []metric.Name
	var log strings.Builder
	f.sender.Tokens = brokenTokens{f.sender.Tokens}
	f.sender.Observers = []send.Observer{send.Count(func(name metric.Name, _ string) { counted = append(counted, name) })}
	f.sender.Log = slog.New(slog.NewTextHandler(&log, nil))
	if r, err := f.one(t, ctx, `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`); err != nil || !r.OK {
		t.Errorf("got %+v, %v; want the message sent", r, err)
	}
	if !slices.Contains(counted, "TokenStoreFailed") || !strings.Contains(log.String(), "level=WARN msg=\"the token store failed\"") {
		t.Errorf("got the metrics %v and the log %q, want TokenStoreFailed and a WARN", counted, &log)
	}
}

// brokenTokens is a token store that cannot be read.
type brokenTokens struct{ lark.TokenStore }

func (brokenTokens) Token(context.Context, string) (lark.Token, error) {
	return lark.Token{}, errors.New("table down")
}
