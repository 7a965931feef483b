package send_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/send"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Ten thousand messages through a queue, while answers are lost, calls are
// throttled and functions crash between sending and marking: each arrives
// once, and on an ordered queue in order. Time is the bubble's, so the minutes
// of visibility time-outs cost nothing.
func TestChaos(t *testing.T) {
	const messages = 10_000
	for _, fifo := range []bool{true, false} {
		t.Run(fmt.Sprintf("fifo=%v", fifo), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newChaos(fifo)
				bad := map[string]bool{}
				for i := range messages {
					chat := fmt.Sprintf("oc_%03d", i%100)
					body := fmt.Sprintf(`{"message":{"to":{"chat_id":"%s"},"text":"%06d"}}`, chat, i)
					if i%500 == 7 {
						body = fmt.Sprintf(`{"message":{"to":{"chat_id":"not-a-chat"},"text":"%06d"}}`, i)
						bad[fmt.Sprintf("m%06d", i)] = true
					}
					w.queue.put(fmt.Sprintf("m%06d", i), chat, body)
				}
				w.drain(t, 10)
				w.check(t, messages, bad)
			})
		})
	}
}

// chaos is a sender on twins between a queue and the stand-in platform, with
// faults in between.
type chaos struct {
	sender   *send.Sender
	platform *larktest.Platform
	queue    *simQueue
	bus      *bus.Memory
	faults   *dice
}

func newChaos(fifo bool) *chaos {
	const secret = "chaos-secret"
	w := &chaos{
		platform: larktest.New(larktest.WithApps(larktest.App{ID: larktest.AppID, Secret: secret})),
		queue:    &simQueue{fifo: fifo}, bus: &bus.Memory{}, faults: &dice{rng: rand.New(rand.NewPCG(1, 2))},
	}
	memory := store.NewMemory(time.Now)
	settings := store.Fixed{"default": `{"app_id":"` + larktest.AppID + `","app_secret":"` + secret + `","domain":"http://lark.test"}`}
	w.sender = &send.Sender{
		Apps: store.NewSettings(settings, time.Now), HTTP: w, Tokens: memory, Claims: mortalClaims{memory, w.faults}, Results: w.bus,
		Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Count: func(metric.Name) {}, Delay: w.queue,
	}
	return w
}

// dice says when a fault strikes; never without a source of chance.
type dice struct {
	mu  sync.Mutex
	rng *rand.Rand
}

func (d *dice) roll(percent int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rng != nil && d.rng.IntN(100) < percent
}

// invocation is one run of the function. When it is dead, nothing that it
// still does has an effect.
type invocation struct {
	mu   sync.Mutex
	dead bool
}

func (i *invocation) crash() { i.mu.Lock(); i.dead = true; i.mu.Unlock() }
func (i *invocation) crashed() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.dead
}

type invocationKey struct{}

func current(ctx context.Context) *invocation { return ctx.Value(invocationKey{}).(*invocation) }

var errDead = errors.New("the function has crashed")

// Do is the network: 5 % of the calls of the message API are throttled, and 5 %
// of the answers are lost.
func (w *chaos) Do(req *http.Request) (*http.Response, error) {
	if current(req.Context()).crashed() {
		return nil, errDead
	}
	isMessage := strings.HasSuffix(req.URL.Path, "/messages")
	if isMessage && w.faults.roll(5) {
		return &http.Response{StatusCode: 429, Header: http.Header{"X-Ogw-Ratelimit-Reset": {"1"}},
			Body: io.NopCloser(strings.NewReader(`{"code":99991400,"msg":"request trigger frequency limit"}`))}, nil
	}
	rec := httptest.NewRecorder()
	w.platform.ServeHTTP(rec, req)
	if isMessage && w.faults.roll(5) {
		return nil, io.ErrUnexpectedEOF
	}
	return rec.Result(), nil
}

// mortalClaims crashes 1 % of the functions when they complete a claim.
type mortalClaims struct {
	*store.Memory
	faults *dice
}

func (m mortalClaims) Claim(ctx context.Context, key, owner string, lease, ttl time.Duration) (store.State, []byte, error) {
	if current(ctx).crashed() {
		return store.InProgress, nil, nil
	}
	return m.Memory.Claim(ctx, key, owner, lease, ttl)
}

func (m mortalClaims) Complete(ctx context.Context, key string, result []byte, ttl time.Duration) error {
	if m.faults.roll(1) {
		current(ctx).crash()
	}
	if current(ctx).crashed() {
		return errDead
	}
	return m.Memory.Complete(ctx, key, result, ttl)
}

func (m mortalClaims) Release(ctx context.Context, key, owner string) error {
	if current(ctx).crashed() {
		return errDead
	}
	return m.Memory.Release(ctx, key, owner)
}

// drain runs workers until the queue is empty.
func (w *chaos) drain(t *testing.T, workers int) {
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				batch, wait, done := w.queue.receive(10)
				switch {
				case done:
					return
				case len(batch) == 0:
					time.Sleep(wait)
					continue
				}
				w.invoke(t, batch)
			}
		})
	}
	all.Wait()
}

func (w *chaos) invoke(t *testing.T, batch []events.SQSMessage) {
	payload, err := json.Marshal(events.SQSEvent{Records: batch})
	if err != nil {
		t.Error(err)
	}
	inv := &invocation{}
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), invocationKey{}, inv), time.Minute)
	defer cancel()
	out, err := w.sender.Lambda(ctx, payload)
	if inv.crashed() {
		return // nothing is acknowledged
	}
	if err != nil {
		t.Error(err)
		return
	}
	failed := map[string]bool{}
	for _, f := range out.(events.SQSEventResponse).BatchItemFailures {
		failed[f.ItemIdentifier] = true
	}
	for _, m := range batch {
		if !failed[m.MessageId] {
			w.queue.delete(m.MessageId)
		}
	}
}

func (w *chaos) check(t *testing.T, messages int, bad map[string]bool) {
	t.Helper()
	seen := map[string]int{}
	last := map[string]string{}
	for _, m := range w.platform.Messages("") {
		var content struct{ Text string }
		if err := json.Unmarshal([]byte(m.Content), &content); err != nil {
			t.Fatal(err)
		}
		seen[content.Text]++
		if w.queue.fifo && content.Text <= last[m.ReceiveID] {
			t.Errorf("%s: %s came after %s", m.ReceiveID, content.Text, last[m.ReceiveID])
		}
		last[m.ReceiveID] = content.Text
	}
	if len(seen) != messages-len(bad) {
		t.Errorf("%d of %d messages arrived", len(seen), messages-len(bad))
	}
	for text, n := range seen {
		if n != 1 {
			t.Errorf("%s arrived %d times", text, n)
		}
	}
	if len(w.queue.dead) > 0 {
		t.Errorf("%d messages in the dead-letter queue: %v", len(w.queue.dead), w.queue.dead[:min(5, len(w.queue.dead))])
	}
	reported := map[string]bool{}
	for _, e := range w.bus.Entries() {
		var detail struct {
			ID     string
			Result struct{ Error *lark.Error }
		}
		if err := json.Unmarshal(e.Detail, &detail); err != nil {
			t.Fatal(err)
		}
		if e.DetailType == "Lark Send Failed" {
			reported[detail.ID] = true
			if detail.Result.Error == nil || detail.Result.Error.Msg == "" {
				t.Errorf("no reason in %s", e.Detail)
			}
		}
	}
	if !maps.Equal(reported, bad) {
		t.Errorf("%d failures are on the bus, %d are expected: %v", len(reported), len(bad), slices.Sorted(maps.Keys(reported))[:min(5, len(reported))])
	}
}
