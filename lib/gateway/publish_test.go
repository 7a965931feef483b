package gateway_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/store"
)

func TestEventIsPublishedOnce(t *testing.T) {
	w := newFixture(t)
	message := payload(t, "im.message.receive_v1")
	want(t, w.post(t, "/event", delivery(now, message)), 200, `{}`)
	want(t, w.post(t, "/event", delivery(now, message)), 200, `{}`)
	w.clock = now.Add(lark.EventMaxAge) // a replay at the end of the window
	want(t, w.post(t, "/event", delivery(now, message)), 200, `{}`)
	want(t, w.post(t, "/event/default", delivery(w.clock, payload(t, "im.message.recalled_v1"))), 200, `{}`)
	if got := w.types(); !slices.Equal(got, []string{"im.message.receive_v1", "im.message.recalled_v1"}) {
		t.Errorf("on the bus: %v", got)
	}
	w.clock = now.Add(lark.EventMaxAge + time.Second)
	want(t, w.post(t, "/event", delivery(now, message)), 401, `{"error":"unauthorized"}`)
}

// A redelivery that Lark stamped anew is forgotten only when the copy that
// somebody captured cannot be accepted any more.
func TestCapturedRetryIsHarmless(t *testing.T) {
	w := newFixture(t)
	message := payload(t, "im.message.receive_v1")
	want(t, w.post(t, "/event", delivery(now, message)), 200, `{}`)
	restamped := delivery(now.Add(lark.RedeliverySpan), message)
	w.clock = now.Add(lark.RedeliverySpan + lark.EventMaxAge)
	want(t, w.post(t, "/event", restamped), 200, `{}`)
	if got := w.types(); len(got) != 1 {
		t.Errorf("on the bus: %v", got)
	}
}

// failing fails its first calls.
type failing struct {
	times int
	next  gateway.Events
}

func (f *failing) PublishEvent(ctx context.Context, app string, ev *lark.Event) (string, error) {
	if f.times--; f.times >= 0 {
		return "", errors.New("the bus is down")
	}
	return f.next.PublishEvent(ctx, app, ev)
}

// While the bus fails, the answer is 503 and nothing is marked; the delivery
// after the lease publishes.
func TestBusDown(t *testing.T) {
	w := newFixture(t)
	w.Events = &failing{1, w.Events}
	message := payload(t, "im.message.receive_v1")
	want(t, w.post(t, "/event", delivery(now, message)), 503, `{"error":"unavailable"}`)
	want(t, w.post(t, "/event", delivery(now, message)), 503, `{"error":"unavailable"}`) // the claim is held
	w.clock = now.Add(15 * time.Second)                                                  // Lark's first retry
	want(t, w.post(t, "/event", delivery(now, message)), 200, `{}`)
	if len(w.bus.Entries()) != 1 || w.counts["PublishFailed"] != 1 {
		t.Errorf("%d entries, counts %v", len(w.bus.Entries()), w.counts)
	}
}

func TestClickWhileTheBusIsDown(t *testing.T) {
	w := newFixture(t)
	w.Events = &failing{1, w.Events}
	want(t, w.post(t, "/card", delivery(now, payload(t, "card.action.trigger"))), 200, `{}`)
	if w.counts["ClickLost"] != 1 {
		t.Errorf("counts %v", w.counts)
	}
}

// noTable is a table that cannot be reached, for claims, completions or both.
type noTable struct {
	gateway.Claims
	claim, complete bool
}

func (n noTable) Claim(ctx context.Context, key, owner string, lease, ttl time.Duration) (store.State, []byte, error) {
	if n.claim {
		return store.InProgress, nil, errors.New("the table is down")
	}
	return n.Claims.Claim(ctx, key, owner, lease, ttl)
}

func (n noTable) Complete(ctx context.Context, key string, result []byte, ttl time.Duration) error {
	if n.complete {
		return errors.New("the table is down")
	}
	return n.Claims.Complete(ctx, key, result, ttl)
}

func TestTableDown(t *testing.T) {
	message := payload(t, "im.message.receive_v1")
	for _, tt := range []struct {
		name              string
		closed            bool
		claim, complete   bool
		status, published int
		counts            map[metric.Name]int
	}{
		{"open", false, true, true, 200, 1, map[metric.Name]int{"DedupeBypassed": 1, "MarkFailed": 1}},
		{"closed", true, true, true, 503, 0, map[metric.Name]int{"DedupeBypassed": 1}},
		{"only the completion", true, false, true, 200, 1, map[metric.Name]int{"MarkFailed": 1}},
	} {
		w := newFixture(t)
		w.Claims, w.FailClosed = noTable{w.memory, tt.claim, tt.complete}, tt.closed
		if got := w.post(t, "/event", delivery(now, message)); got.Status != tt.status {
			t.Errorf("%s: status %d", tt.name, got.Status)
		}
		if n := len(w.bus.Entries()); n != tt.published || !maps.Equal(w.counts, tt.counts) {
			t.Errorf("%s: %d entries, counts %v", tt.name, n, w.counts)
		}
	}
}

// stuck is a table and a bus that never answer.
type stuck struct{}

func (stuck) Claim(ctx context.Context, _, _ string, _, _ time.Duration) (store.State, []byte, error) {
	<-ctx.Done()
	return store.InProgress, nil, ctx.Err()
}

func (stuck) Complete(ctx context.Context, _ string, _ []byte, _ time.Duration) error {
	<-ctx.Done()
	return ctx.Err()
}

func (stuck) PublishEvent(ctx context.Context, _ string, _ *lark.Event) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

// Whatever hangs, the parts of the budget leave time for an answer.
func TestAnswerInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		w.Claims, w.Events = stuck{}, stuck{}
		start := time.Now()
		want(t, w.post(t, "/event", delivery(now, payload(t, "im.message.receive_v1"))), 503, `{"error":"unavailable"}`)
		if elapsed := time.Since(start); elapsed > 2500*time.Millisecond {
			t.Errorf("took %v", elapsed)
		}
		start = time.Now()
		want(t, w.post(t, "/card", delivery(now, payload(t, "card.action.trigger"))), 200, `{}`)
		if elapsed := time.Since(start); elapsed > 2500*time.Millisecond {
			t.Errorf("the click took %v", elapsed)
		}
	})
}

func TestConcurrentDeliveries(t *testing.T) {
	w := newFixture(t)
	message := payload(t, "im.message.receive_v1")
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if got := w.post(t, "/event", delivery(now, message)); got.Status != 200 && got.Status != 503 {
				t.Errorf("status %d", got.Status)
			}
		})
	}
	all.Wait()
	if got := w.types(); len(got) != 1 {
		t.Errorf("on the bus: %v", got)
	}
}
