package send_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/larkbridge/larkbridge/lib/lark"
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
				f := newFaultyFixture(fifo)
				bad := map[string]bool{}
				for i := range messages {
					chat := fmt.Sprintf("oc_%03d", i%100)
					body := fmt.Sprintf(`{"message":{"to":{"chat_id":"%s"},"text":"%06d"}}`, chat, i)
					if i%500 == 7 {
						body = fmt.Sprintf(`{"message":{"to":{"chat_id":"not-a-chat"},"text":"%06d"}}`, i)
						bad[fmt.Sprintf("m%06d", i)] = true
					}
					f.queue.put(fmt.Sprintf("m%06d", i), chat, body)
				}
				f.drain(t, 10)
				f.check(t, messages, bad)
			})
		})
	}
}

// drain runs workers until the queue is empty.
func (f *fixture) drain(t *testing.T, workers int) {
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				batch, wait, done := f.queue.receive(10)
				switch {
				case done:
					return
				case len(batch) == 0:
					time.Sleep(wait)
					continue
				}
				f.runBatch(t, batch)
			}
		})
	}
	all.Wait()
}

func (f *fixture) runBatch(t *testing.T, batch []events.SQSMessage) {
	payload, err := json.Marshal(events.SQSEvent{Records: batch})
	if err != nil {
		t.Error(err)
	}
	inv := &invocation{}
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), invocationKey{}, inv), time.Minute)
	defer cancel()
	out, err := f.sender.Lambda(ctx, payload)
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
			f.queue.delete(m.MessageId)
		}
	}
}

func (f *fixture) check(t *testing.T, messages int, bad map[string]bool) {
	t.Helper()
	seen := map[string]int{}
	last := map[string]string{}
	for _, m := range f.platform.Messages("") {
		var content struct{ Text string }
		if err := json.Unmarshal([]byte(m.Content), &content); err != nil {
			t.Fatal(err)
		}
		seen[content.Text]++
		if f.queue.fifo && content.Text <= last[m.ReceiveID] {
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
	if len(f.queue.dead) > 0 {
		t.Errorf("%d messages in the dead-letter queue: %v", len(f.queue.dead), f.queue.dead[:min(5, len(f.queue.dead))])
	}
	reported := map[string]bool{}
	for _, e := range f.bus.Entries() {
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
