package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/bus"
)

var entry = bus.Entry{Source: "test", DetailType: "t", Resources: []string{"r"}, Detail: json.RawMessage(`{"secret":"event-text"}`)}

// refuse returns a fault that answers as AWS's load balancers do, which know no service's
// codes.
func refuse(status int, contentType, body string) harness.Kind {
	return func(*harness.Call) *harness.Answer {
		return &harness.Answer{Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: []byte(body)}
	}
}

// TestPublishFaults counts the calls that a fault leads to, and what is on the
// bus in the end.
func TestPublishFaults(t *testing.T) {
	const json11 = "application/x-amz-json-1.1"
	for _, tt := range []struct {
		name    string
		fault   harness.Fault
		calls   int
		arrived int
		want    string // of the error
	}{
		{"no fault", harness.Fault{Times: 1, Kind: (*harness.Call).Forward}, 1, 1, ""},
		{"entry throttled once", harness.Fault{Times: 1, Kind: harness.FailEntries("ThrottlingException")}, 2, 1, ""},
		{"entry failed twice", harness.Fault{Times: 2, Kind: harness.FailEntries("InternalFailure")}, 3, 1, ""},
		{"entry failed by an exception", harness.Fault{Times: 1, Kind: harness.FailEntries("InternalException")}, 2, 1, ""},
		{"entry refused", harness.Fault{Kind: harness.FailEntries("MalformedDetail")}, 1, 0, "MalformedDetail: failed by the harness"},
		{"entry not allowed", harness.Fault{Kind: harness.FailEntries("AccessDeniedException")}, 1, 0, "AccessDeniedException"},
		{"entry throttled for ever", harness.Fault{Kind: harness.FailEntries("ThrottlingException")}, 4, 0, "ThrottlingException"},
		{"call throttled", harness.Fault{Times: 2, Kind: harness.Throttle()}, 3, 1, ""},
		{"call failed", harness.Fault{Times: 1, Kind: harness.ServerError()}, 2, 1, ""},
		{"call not allowed", harness.Fault{Kind: harness.Refuse("AccessDeniedException")}, 1, 0, "AccessDeniedException"},
		{"call lost", harness.Fault{Times: 1, Kind: harness.Drop()}, 2, 1, ""},
		{"all calls lost", harness.Fault{Kind: harness.Drop()}, 4, 0, "EOF"},
		// The caller cannot know that the first one arrived: this is the one duplicate.
		{"answer lost", harness.Fault{Times: 1, Kind: harness.LoseAnswer()}, 2, 2, ""},
		{"service unavailable", harness.Fault{Times: 1,
			Kind: refuse(http.StatusServiceUnavailable, json11, `{"__type":"ServiceUnavailable","message":"m"}`)}, 2, 1, ""},
		{"another internal failure", harness.Fault{Times: 1,
			Kind: refuse(http.StatusInternalServerError, json11, `{"__type":"InternalFailure","message":"m"}`)}, 2, 1, ""},
		{"a page of a load balancer", harness.Fault{Times: 1,
			Kind: refuse(http.StatusBadGateway, "text/html", `<html>502</html>`)}, 2, 1, ""},
		{"too many requests", harness.Fault{Times: 1,
			Kind: refuse(http.StatusTooManyRequests, json11, `{"__type":"TooManyRequestsException","message":"m"}`)}, 2, 1, ""},
		{"an answer without entries", harness.Fault{Times: 1, Kind: refuse(http.StatusOK, json11, `{"FailedEntryCount":0,"Entries":[]}`)}, 2, 1, ""},
		{"a failure without a code", harness.Fault{Times: 1, Kind: refuse(http.StatusOK, json11, `{"FailedEntryCount":1,"Entries":[{}]}`)}, 1, 0, "putting the event on the bus"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, publisher := newBus(t)
			proxy := shared.Get(t).Proxy()
			before := proxy.Calls()["PutEvents"]
			tt.fault.Operation = "PutEvents"
			defer proxy.Inject(tt.fault)()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			id, err := publisher.Publish(ctx, entry)
			if tt.want == "" && (err != nil || id == "") {
				t.Errorf("got id %q, %v, want an id and no error", id, err)
			}
			if tt.want != "" {
				if err == nil || id != "" || !strings.Contains(err.Error(), "putting the event on the bus: ") || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got id %q, %v; want %q", id, err, tt.want)
				}
				if err != nil && strings.Contains(err.Error(), "event-text") {
					t.Errorf("the event is in the error %q", err)
				}
			}
			if got := proxy.Calls()["PutEvents"] - before; got != tt.calls {
				t.Errorf("%d calls, want %d", got, tt.calls)
			}
			if got := arrivals(t, b); len(got) != tt.arrived {
				t.Errorf("%d entries on the bus, want %d", len(got), tt.arrived)
			}
		})
	}
}

// failing fails each call in the way that the SDK reports a broken connection.
type failing struct{ calls atomic.Int32 }

func (f *failing) PutEvents(ctx context.Context, _ *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	f.calls.Add(1)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, errors.New("connection reset")
}

// Lark waits no longer than it waits: with the time over, or too little of it
// left for a pause, there is no other attempt.
func TestPublishKeepsToItsTime(t *testing.T) {
	for name, tt := range map[string]struct {
		context func() (context.Context, context.CancelFunc)
		calls   int
	}{
		"over": {func() (context.Context, context.CancelFunc) { return context.WithTimeout(t.Context(), -time.Second) }, 1},
		"too late": {func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(t.Context(), 10*time.Millisecond)
		}, 1},
		"cancelled": {func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return ctx, cancel
		}, 1},
		"no deadline": {func() (context.Context, context.CancelFunc) { return context.WithCancel(t.Context()) }, 4},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := tt.context()
			defer cancel()
			client := &failing{}
			begin := time.Now()
			if id, err := bus.NewEventBridge(client, "b").Publish(ctx, entry); err == nil || id != "" {
				t.Errorf("got %q, %v, want no id and an error", id, err)
			}
			if calls := client.calls.Load(); int(calls) != tt.calls {
				t.Errorf("got %d calls, want %d", calls, tt.calls)
			}
			// Pauses of 50, 100 and 200 ms at most; the rest is for a slow machine.
			if elapsed := time.Since(begin); elapsed > 5*time.Second {
				t.Errorf("took %v", elapsed)
			}
		})
	}
}

// The pauses between four attempts are random: up to 50 ms, 100 ms and 200 ms, and at
// least half of that.
func TestPublishPauses(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			client := &timedClient{}
			_, err := bus.NewEventBridge(client, "b").Publish(t.Context(), entry)
			if err == nil || len(client.times) != 4 {
				t.Fatalf("got %d attempts and %v, want 4 and an error", len(client.times), err)
			}
			for i, longest := range []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond} {
				if pause := client.times[i+1].Sub(client.times[i]); pause < longest/2 || pause > longest {
					t.Errorf("pause %d: got %v, want %v to %v", i+1, pause, longest/2, longest)
				}
			}
		})
	}
}

// Up to three attempts run at the same time while none has an answer.
func TestPublishHedges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &timedClient{hangs: true}
		ctx, cancel := context.WithTimeout(t.Context(), 2200*time.Millisecond)
		defer cancel()
		_, err := bus.NewEventBridge(client, "b").Publish(ctx, entry)
		synctest.Wait() // for attempts that are ending
		if !errors.Is(err, context.DeadlineExceeded) || len(client.times) != 3 {
			t.Errorf("got %d attempts and %v, want 3 and %v", len(client.times), err, context.DeadlineExceeded)
		}
	})
}

// timedClient records when it is called. It fails, or hangs until its context ends.
type timedClient struct {
	hangs bool
	mu    sync.Mutex
	times []time.Time
}

func (c *timedClient) PutEvents(ctx context.Context, _ *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	c.mu.Lock()
	c.times = append(c.times, time.Now())
	c.mu.Unlock()
	if c.hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return nil, errors.New("connection reset")
}

func TestPublishWithinTheDeadline(t *testing.T) {
	b, publisher := newBus(t)
	defer shared.Get(t).Proxy().Inject(harness.Fault{Operation: "PutEvents", Kind: harness.Hold(nil)})()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if _, err := publisher.Publish(ctx, entry); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want that the time is over", err)
	}
	if elapsed := time.Since(begin); elapsed > 5*time.Second {
		t.Errorf("took %v with 50 ms to go", elapsed)
	}
	if got := arrivals(t, b); len(got) != 0 {
		t.Errorf("%d entries on the bus", len(got))
	}
}
