package send_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Messages through both queues while each fault strikes, and all of them: each
// message arrives once, on an ordered queue in order, and what Lark refuses is a
// dead letter whose last outcome says why. Time is the bubble's, so the minutes
// of visibility time-outs cost nothing.
//
// `make proof` sends 30,000 messages; without it there are 1,500.
func TestChaos(t *testing.T) {
	messages := 1_500
	if os.Getenv("LARKBRIDGE_PROOF") != "" {
		messages = 30_000
	}
	cases := chaosCases()
	messages /= 2 * len(cases)
	for _, c := range cases {
		for _, fifo := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/ordered=%v", c.name, fifo), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFaultyFixture(fifo)
					f.begin(c.faults)
					f.sender.Observers = append(f.sender.Observers, f.remember)
					f.putAll(t, messages)
					f.drain(t, 10)
					f.check(t, messages)
				})
			})
		}
	}
}

// Of the messages, the last of each 25 is wrong, so that it is dropped and
// reported, and the one before it is refused until it is a dead letter.
func isWrong(i int) bool   { return i%25 == 24 }
func isRefused(i int) bool { return i%25 == 23 }

// putAll puts the messages into the queue.
func (f *fixture) putAll(t *testing.T, messages int) {
	for i := range messages {
		chat, text := fmt.Sprintf("oc_%03d", i/5%100), fmt.Sprintf("%06d", i)
		target := chat
		if isWrong(i) {
			target = "not-a-chat"
		}
		if isRefused(i) {
			text += refusedText
		}
		if err := f.queue.put("m"+text[:6], chat, `{"message":{"to":{"chat_id":"`+target+`"},"text":"`+text+`"}}`); err != nil {
			t.Fatal(err)
		}
	}
}

// drain runs workers until the queue is empty.
func (f *fixture) drain(t *testing.T, workers int) {
	size := 10
	if f.queue.fifo {
		size = 1 // the batch size of the ordered queue in template.yaml
	}
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				batch, wait, done := f.queue.receive(size)
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
	start := time.Now()
	out, err := f.sender.Lambda(ctx, payload)
	if elapsed := time.Since(start); elapsed >= time.Minute {
		t.Errorf("an invocation took %s, want less than a minute", elapsed)
	}
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

// check compares what has become of the messages with what should have.
func (f *fixture) check(t *testing.T, messages int) {
	t.Helper()
	arrived, last := map[string]int{}, map[string]string{}
	for _, m := range f.platform.Messages("") {
		var content struct{ Text string }
		if err := json.Unmarshal([]byte(m.Content), &content); err != nil {
			t.Fatal(err)
		}
		arrived["m"+content.Text]++
		if f.queue.fifo && content.Text <= last[m.ReceiveID] {
			t.Errorf("%s: %s came after %s", m.ReceiveID, content.Text, last[m.ReceiveID])
		}
		last[m.ReceiveID] = content.Text
	}
	var wrong, refused []string
	for i := range messages {
		id, want := fmt.Sprintf("m%06d", i), 1
		switch {
		case isWrong(i):
			wrong, want = append(wrong, id), 0
		case isRefused(i):
			refused, want = append(refused, id), 0
		}
		if arrived[id] != want {
			t.Errorf("%s arrived %d times, want %d", id, arrived[id], want)
		}
	}
	if got := slices.Sorted(slices.Values(f.queue.dead)); !slices.Equal(got, refused) {
		t.Errorf("dead letters: got %d, want %d: %v", len(got), len(refused), got[:min(5, len(got))])
	}
	for _, id := range refused {
		if e := f.outcomes[id].Error; e == nil || e.Msg == "" {
			t.Errorf("dead letter %s: got no reason", id)
		}
	}
	if got := f.reported(t); !slices.Equal(got, wrong) {
		t.Errorf("failures on the bus: got %d, want %d: %v", len(got), len(wrong), got[:min(5, len(got))])
	}
}

// reported returns the ids of the failures on the bus, each of which has a reason.
func (f *fixture) reported(t *testing.T) []string {
	t.Helper()
	messageIDs := map[string]bool{}
	for _, e := range f.bus.Entries() {
		var detail struct {
			ID     string
			Result struct{ Error *lark.Error }
		}
		if err := json.Unmarshal(e.Detail, &detail); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(e.DetailType, "Failed") {
			continue
		}
		messageIDs[detail.ID] = true
		if detail.Result.Error == nil || detail.Result.Error.Msg == "" {
			t.Errorf("got no reason in %s", e.Detail)
		}
	}
	return slices.Sorted(maps.Keys(messageIDs))
}
