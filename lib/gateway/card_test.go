package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// approve answers as a handler does: in the new style, whatever the click's.
func approve(_ context.Context, click *lark.Click) (*lark.CardReply, error) {
	var value struct{ Action, ID string }
	if err := click.Action.Bind(&value); err != nil {
		return nil, err
	}
	return &lark.CardReply{
		Toast: &lark.Toast{Type: "success", Content: value.Action + "d " + value.ID},
		Card:  &lark.CardBody{Type: "raw", Data: json.RawMessage(`{"header":{},"elements":[]}`)},
	}, nil
}

func TestHandlerAnswersBothStyles(t *testing.T) {
	w := newFixture(t)
	w.handler = approve
	want(t, w.post(t, "/card", delivery(now, payload(t, "card.action.trigger"))), 200,
		`{"toast":{"type":"success","content":"approved 42"},"card":{"type":"raw","data":{"header":{},"elements":[]}}}`)
	old := payload(t, "card.action.trigger_v1")
	const oldStyle = `{"toast":{"type":"success","content":"approved 42"},"header":{},"elements":[]}`
	want(t, w.post(t, "/event", delivery(now, anotherClick(old))), 200, oldStyle)
	want(t, w.post(t, "/event", delivery(now, old)), 200, oldStyle) // the first click again
	if got := w.types(); len(got) != 2 {
		t.Errorf("on the bus: %v, want 2 clicks", got)
	}
}

// anotherClick is a sample of a click with another token: the samples of both
// styles are of one click.
func anotherClick(payload []byte) []byte {
	return bytes.ReplaceAll(payload, []byte(`"c-`), []byte(`"c-2`))
}

// Whatever the handler does, the click has a good answer in time, and the
// reason is in one log line and one metric.
func TestHandlerFails(t *testing.T) {
	large := strings.Repeat("x", 100<<10)
	for name, tt := range map[string]struct {
		handler lark.CardHandlerFunc
		reason  string
	}{
		"sleeps": {func(ctx context.Context, _ *lark.Click) (*lark.CardReply, error) {
			time.Sleep(time.Minute)
			return nil, nil
		}, "not answered in time"},
		"panics": {func(context.Context, *lark.Click) (*lark.CardReply, error) { panic("oh") }, "panicked: oh"},
		"fails":  {func(context.Context, *lark.Click) (*lark.CardReply, error) { return nil, errors.New("no such order") }, "no such order"},
		"garbage": {func(context.Context, *lark.Click) (*lark.CardReply, error) {
			return &lark.CardReply{Toast: &lark.Toast{Type: "loud"}}, nil
		}, "toast.type"},
		"no card": {func(context.Context, *lark.Click) (*lark.CardReply, error) {
			return &lark.CardReply{Card: &lark.CardBody{Type: "raw", Data: 7}}, nil
		}, "card.data"},
		"too large": {func(context.Context, *lark.Click) (*lark.CardReply, error) {
			return &lark.CardReply{Card: &lark.CardBody{Type: "raw", Data: map[string]string{"x": large}}}, nil
		}, "limit"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				w.docs["default"] = settings(map[string]any{"card_toast": "Noted"})
				w.handler = tt.handler
				start := time.Now()
				want(t, w.post(t, "/card", delivery(now, payload(t, "card.action.trigger"))), 200, `{"toast":{"content":"Noted","type":"info"}}`)
				if elapsed := time.Since(start); elapsed > 2500*time.Millisecond {
					t.Errorf("took %v", elapsed)
				}
				if n := strings.Count(w.log.String(), tt.reason); n != 1 {
					t.Errorf("the reason is in %d lines: %s", n, w.log.String())
				}
				if w.counts["CardFallback"] != 1 || len(w.counts) != 1 {
					t.Errorf("counts %v", w.counts)
				}
				if got := w.types(); len(got) != 1 {
					t.Errorf("on the bus: %v", got)
				}
				time.Sleep(time.Minute) // of the bubble's: the handler that sleeps ends
			})
		})
	}
}

func TestHandlerReturnsNothing(t *testing.T) {
	w := newFixture(t)
	w.docs["default"] = settings(map[string]any{"card_toast": "Noted"})
	w.handler = func(context.Context, *lark.Click) (*lark.CardReply, error) { return nil, nil }
	want(t, w.post(t, "/card", delivery(now, payload(t, "card.action.trigger"))), 200, `{}`)
}

func TestLinkPreview(t *testing.T) {
	w := newFixture(t)
	w.docs["default"] = settings(map[string]any{"card_toast": "Noted"}) // has no place in a preview
	w.handler = func(_ context.Context, click *lark.Click) (*lark.CardReply, error) {
		if click.Context.URL == "" {
			return nil, errors.New("no URL")
		}
		return &lark.CardReply{Inline: json.RawMessage(`{"title":"Ticket 42"}`)}, nil
	}
	want(t, w.post(t, "/card", delivery(now, payload(t, "url.preview.get"))), 200, `{"inline":{"title":"Ticket 42"}}`)
}

// A click delivered twice, one after the other or at once, runs the handler
// once and gets the same answer; two clicks are two.
func TestClickDeliveredTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		var runs atomic.Int32
		w.handler = func(context.Context, *lark.Click) (*lark.CardReply, error) {
			time.Sleep(300 * time.Millisecond)
			return &lark.CardReply{Toast: &lark.Toast{Content: "run " + strconv.Itoa(int(runs.Add(1)))}}, nil
		}
		click := delivery(now, payload(t, "card.action.trigger"))
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if got := w.Serve(t.Context(), gateway.Request{Method: "POST", Path: "/card", Header: click.Header, Body: click.Body}); string(got.Body) != `{"toast":{"content":"run 1"}}` {
					t.Errorf("got %d %s, want the toast of run 1", got.Status, got.Body)
				}
			})
		}
		all.Wait()
		want(t, w.post(t, "/card", click), 200, `{"toast":{"content":"run 1"}}`)
		want(t, w.post(t, "/card", delivery(now, payload(t, "url.preview.get"))), 200, `{"toast":{"content":"run 2"}}`)
		if got := w.types(); len(got) != 2 {
			t.Errorf("on the bus: %v", got)
		}
	})
}
