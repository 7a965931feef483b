package send_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/send"
	"github.com/larkbridge/larkbridge/lib/store"
)

// calm is a chaos without faults, and the context of one invocation.
func calm() (*chaos, context.Context) {
	w := newChaos(false)
	w.faults.rng = nil
	return w, context.WithValue(context.Background(), invocationKey{}, &invocation{})
}

const hi = `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"},"idempotency_key":"k"}`

func invoke(t *testing.T, w *chaos, ctx context.Context, payload string) (send.Result, error) {
	t.Helper()
	out, err := w.sender.Invoke(ctx, "request-id", []byte(payload))
	if err != nil {
		return send.Result{}, err
	}
	return out.(send.Result), nil
}

func kind(err error) string {
	var failed messages.InvokeResponse_Error
	errors.As(err, &failed)
	return failed.Type
}

// A request that is done is answered from its result, also to another instance.
func TestReplay(t *testing.T) {
	w, ctx := calm()
	first, err := invoke(t, w, ctx, hi)
	if err != nil || !first.OK || first.Replayed {
		t.Fatalf("got %+v, %v", first, err)
	}
	again, err := invoke(t, w, ctx, hi)
	if err != nil || !again.Replayed || string(again.Data) != string(first.Data) {
		t.Errorf("got %+v, %v", again, err)
	}
	if n := len(w.platform.Messages("")); n != 1 {
		t.Errorf("%d messages", n)
	}
	if n := len(w.bus.Entries()); n != 1 {
		t.Errorf("%d results on the bus", n)
	}
}

// held is a table on which another instance holds every claim; down one that
// does not answer.
type held struct{ send.Claims }

func (held) Claim(context.Context, string, string, time.Duration, time.Duration) (store.State, []byte, error) {
	return store.InProgress, nil, nil
}

type down struct{ send.Claims }

func (down) Claim(context.Context, string, string, time.Duration, time.Duration) (store.State, []byte, error) {
	return store.InProgress, nil, errors.New("the table is down")
}

func TestRequestInTheWorks(t *testing.T) {
	w, ctx := calm()
	w.sender.Claims = held{w.sender.Claims}
	if _, err := invoke(t, w, ctx, hi); kind(err) != "Lark.Server" {
		t.Errorf("got %v", err)
	}
	if n := len(w.platform.Messages("")); n != 0 {
		t.Errorf("%d messages", n)
	}
}

// Without the table Lark's own recognition is left: still one message.
func TestTableDown(t *testing.T) {
	w, ctx := calm()
	w.sender.Claims = down{w.sender.Claims}
	for range 2 {
		if r, err := invoke(t, w, ctx, hi); err != nil || !r.OK {
			t.Errorf("got %+v, %v", r, err)
		}
	}
	if n := len(w.platform.Messages("")); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// Verbs that Lark does not recognise again say so.
func TestMayRepeat(t *testing.T) {
	w, ctx := calm()
	hook := w.platform.AddHook("s")
	r, err := invoke(t, w, ctx, `{"webhook":{"url":"http://lark.test/open-apis/bot/v2/hook/`+hook+`","secret":"s","text":"hi"}}`)
	if err != nil || !r.OK || !r.MayRepeat {
		t.Errorf("a webhook: %+v, %v", r, err)
	}
	if r, err = invoke(t, w, ctx, hi); err != nil || r.MayRepeat {
		t.Errorf("a message: %+v, %v", r, err)
	}
}

// A failure for good whose reason cannot be put on the bus is not dropped.
func TestUnreportedFailureComesAgain(t *testing.T) {
	w, ctx := calm()
	w.sender.Results = nowhere{}
	w.queue.put("m1", "g", `{"message":{"to":{"chat_id":"not-a-chat"},"text":"x"}}`)
	batch, _, _ := w.queue.receive(10)
	payload, err := json.Marshal(map[string]any{"Records": batch})
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.sender.Lambda(ctx, payload)
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
	w, ctx := calm()
	w.sender.DefaultTo = "oc_1"
	out, err := w.sender.Lambda(ctx, []byte(`{"id":"1","source":"larkbridge.send","detail-type":"Lark Send Failed","detail":{"result":{}}}`))
	if doc, _ := json.Marshal(out); err != nil || string(doc) != `{"results":[]}` || len(w.bus.Entries()) != 0 {
		t.Errorf("got %s, %v", doc, err)
	}
}

func TestNotBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ctx := calm()
		at := func(d time.Duration) string {
			return fmt.Sprintf(`{"message":{"to":{"chat_id":"oc_1"},"text":"hi"},"not_before":%d}`, time.Now().Add(d).Unix())
		}
		start := time.Now()
		if r, err := invoke(t, w, ctx, at(10*time.Second)); err != nil || !r.OK || time.Since(start) < 9*time.Second {
			t.Errorf("got %+v, %v after %v", r, err, time.Since(start))
		}
		if _, err := w.sender.Invoke(ctx, "other", []byte(at(time.Hour))); kind(err) != "Lark.Validation" {
			t.Errorf("an hour: %v", err)
		}
	})
}

// A chat gets five messages a second, in whatever time they come.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ctx := calm()
		start := time.Now()
		for i := range 21 {
			if r, err := w.sender.Invoke(ctx, fmt.Sprint(i), []byte(`{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`)); err != nil {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		if took := time.Since(start); took < 4*time.Second || took > 5*time.Second {
			t.Errorf("21 messages took %v", took)
		}
	})
}

// What Lark asks to wait is waited, inside the budget; beyond it the request
// goes back.
func TestThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ctx := calm()
		w.platform.Fail(larktest.Fault{Times: 1, Match: isMessageCall, Kind: larktest.Throttle, Reset: 7 * time.Second})
		start := time.Now()
		if r, err := invoke(t, w, ctx, hi); err != nil || !r.OK || time.Since(start) < 7*time.Second {
			t.Errorf("got %+v, %v after %v", r, err, time.Since(start))
		}
		w.platform.Fail(larktest.Fault{Match: isMessageCall, Kind: larktest.Quota})
		if _, err := w.sender.Invoke(ctx, "other", []byte(`{"message":{"to":{"chat_id":"oc_2"},"text":"hi"}}`)); kind(err) != "Lark.Quota" {
			t.Errorf("quota: %v", err)
		}
		if n := len(w.platform.Calls()); n > 4 { // token, throttled, sent, quota: no more
			t.Errorf("%d calls to Lark", n)
		}
	})
}

func isMessageCall(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/messages") }
