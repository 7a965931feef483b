package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/store"
)

// slowClaims is a table of which some calls get no answer. Calls of one request can
// overlap.
type slowClaims struct {
	gateway.Claims
	mu    sync.Mutex
	hangs func() bool
	calls int
}

func (c *slowClaims) Claim(ctx context.Context, key, owner string, lease, ttl time.Duration) (store.State, []byte, error) {
	c.mu.Lock()
	c.calls++
	hangs := c.hangs()
	c.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return 0, nil, ctx.Err()
	}
	return c.Claims.Claim(ctx, key, owner, lease, ttl)
}

func (c *slowClaims) Complete(ctx context.Context, key string, result []byte, ttl time.Duration) error {
	c.mu.Lock()
	hangs := c.hangs()
	c.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return c.Claims.Complete(ctx, key, result, ttl)
}

// slowBus is EventBridge. Before it answers it takes a while, or for ever where
// that is negative; what it is asked arrives even if the answer does not, unless it
// hangs.
type slowBus struct {
	mu      sync.Mutex
	takes   func() time.Duration
	entries map[string]int // how often each event arrived
}

func (b *slowBus) PutEvents(ctx context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	var detail struct {
		Header struct {
			EventID string `json:"event_id"`
		}
	}
	if err := json.Unmarshal([]byte(*in.Entries[0].Detail), &detail); err != nil {
		return nil, err
	}
	b.mu.Lock()
	d := b.takes()
	if d >= 0 {
		b.entries[detail.Header.EventID]++
	}
	b.mu.Unlock()
	if d < 0 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	select {
	case <-time.After(d):
		return &eventbridge.PutEventsOutput{Entries: []types.PutEventsResultEntry{{EventId: aws.String("1")}}}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func never() bool { return false }

// newSlowFixture is a fixture whose table and bus take their time.
func newSlowFixture(t *testing.T, hangs func() bool, takes func() time.Duration) (*fixture, *slowClaims, *slowBus) {
	w := newFixture(t)
	claims, events := &slowClaims{Claims: w.memory, hangs: hangs}, &slowBus{takes: takes, entries: map[string]int{}}
	w.Claims = claims
	w.Events = &bus.Bus{Publisher: bus.NewEventBridge(events, "bus"), InlineLimit: bus.DefaultInlineLimit}
	return w, claims, events
}

// timed posts and returns the reply with the time that it took.
func timed(t *testing.T, w *fixture, path string, d lark.Delivery) (gateway.Reply, time.Duration) {
	start := time.Now()
	reply := w.post(t, path, d)
	return reply, time.Since(start)
}

// sequence returns one value after another, and the last one again and again.
func sequence[T any](values ...T) func() T {
	return func() T {
		v := values[0]
		if len(values) > 1 {
			values = values[1:]
		}
		return v
	}
}

// One attempt that gets no answer leaves time for others, and the answer is in
// time.
func TestAttemptsThatHang(t *testing.T) {
	const hang = -1 * time.Second
	for _, tt := range []struct {
		name     string
		table    []bool
		bus      []time.Duration
		status   int
		within   time.Duration
		claims   int
		bypassed int
	}{
		{"nothing hangs", []bool{false}, []time.Duration{0}, 200, 0, 1, 0},
		{"the table once", []bool{true, false}, []time.Duration{0}, 200, 360 * time.Millisecond, 2, 0},
		{"the table twice", []bool{true, true, false}, []time.Duration{0}, 200, 576 * time.Millisecond, 3, 0},
		{"the table always", []bool{true}, []time.Duration{0}, 200, 2500 * time.Millisecond, 3, 1},
		{"the bus once", []bool{false}, []time.Duration{hang, 0}, 200, 950 * time.Millisecond, 1, 0},
		{"the bus twice", []bool{false}, []time.Duration{hang, hang, 0}, 200, 1550 * time.Millisecond, 1, 0},
		{"the bus always", []bool{false}, []time.Duration{hang}, 503, 2200 * time.Millisecond, 1, 0},
		{"a slow bus", []bool{false}, []time.Duration{870 * time.Millisecond}, 200, 870 * time.Millisecond, 1, 0},
		{"both once", []bool{true, false}, []time.Duration{hang, 0}, 200, 1200 * time.Millisecond, 2, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, claims, _ := newSlowFixture(t, sequence(tt.table...), sequence(tt.bus...))
				reply, elapsed := timed(t, w, "/event", delivery(now, payload(t, "im.message.receive_v1")))
				synctest.Wait() // for the calls whose answers nobody waits for
				if reply.Status != tt.status || elapsed > tt.within || claims.calls != tt.claims || w.counts[metric.DedupeBypassed] != tt.bypassed {
					t.Errorf("got %d after %v, %d claims, %d bypassed; want %d within %v, %d claims, %d bypassed",
						reply.Status, elapsed, claims.calls, w.counts[metric.DedupeBypassed], tt.status, tt.within, tt.claims, tt.bypassed)
				}
			})
		})
	}
}

// deliverAll delivers events up to five times each, as Lark does, and returns how
// many were never accepted and how many entries are on the bus beyond one each.
func deliverAll(t *testing.T, events int, hangs func() bool, takes func() time.Duration) (lost, repeated int) {
	w, _, bus := newSlowFixture(t, hangs, takes)
	for i := range events {
		body := fmt.Appendf(nil, `{"schema":"2.0","header":{"event_id":"e%d","event_type":"a.b_v1","token":"%s"},"event":{"n":%d}}`, i, larktest.VerificationToken, i)
		accepted := false
		for _, pause := range []time.Duration{0, 15 * time.Second, 5 * time.Minute, time.Hour, 6 * time.Hour} {
			w.clock = w.clock.Add(pause)
			d := delivery(w.clock, body)
			reply := w.Serve(t.Context(), gateway.Request{Method: http.MethodPost, Path: "/event", Header: d.Header, Body: d.Body})
			if accepted = reply.Status == http.StatusOK; accepted {
				break
			}
		}
		if !accepted {
			lost++
		}
	}
	bus.mu.Lock() // an attempt that nobody waits for any more may still run
	defer bus.mu.Unlock()
	synctest.Wait() // for the calls whose answers nobody waits for
	for _, n := range bus.entries {
		repeated += n - 1
	}
	return lost, repeated
}

// With half of the attempts at the table and at the bus hanging, no event is lost.
func TestHalfOfTheAttemptsHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table, bus := rand.New(rand.NewPCG(9, 10)), rand.New(rand.NewPCG(11, 12))
		lost, _ := deliverAll(t, 1200, func() bool { return table.IntN(2) == 0 }, func() time.Duration { return time.Duration(bus.IntN(2)) - 1 })
		if lost != 0 {
			t.Errorf("got %d of 1,200 events that no delivery got through, want 0", lost)
		}
	})
}

// What the attempts cost where the bus is merely slow: nothing up to 0.88 s, a copy
// of the entry up to 1.41 s, and two beyond that. No event is lost.
func TestSlowBusCostsCopies(t *testing.T) {
	for _, tt := range []struct {
		takes  time.Duration
		copies int
	}{
		{500 * time.Millisecond, 0}, {870 * time.Millisecond, 0}, {890 * time.Millisecond, 1}, {1400 * time.Millisecond, 1}, {1420 * time.Millisecond, 2}, {2100 * time.Millisecond, 2},
	} {
		t.Run(tt.takes.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if lost, repeated := deliverAll(t, 20, never, func() time.Duration { return tt.takes }); lost != 0 || repeated != 20*tt.copies {
					t.Errorf("got %d events lost and %d copies, want none lost and %d copies", lost, repeated, 20*tt.copies)
				}
			})
		})
	}
}

// The first answer of a process has less time by what starting it took.
func TestFirstAnswerCountsTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		w.StartupTime = 400 * time.Millisecond
		w.handler = func(ctx context.Context, _ *lark.Click) (*lark.CardReply, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		for i, want := range []time.Duration{1800 * time.Millisecond, 2200 * time.Millisecond} {
			click := []byte(fmt.Sprintf(`{"schema":"2.0","header":{"event_type":"card.action.trigger","token":"%s"},"event":{"token":"c-%d"}}`, larktest.VerificationToken, i))
			if reply, elapsed := timed(t, w, "/card", delivery(now, click)); reply.Status != 200 || elapsed != want {
				t.Errorf("answer %d: got %d after %v, want 200 after %v", i+1, reply.Status, elapsed, want)
			}
		}
	})
}
