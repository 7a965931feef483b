package send_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// simQueue is SQS as its documentation has it: messages of at most 256 KB, a
// retention, visibility time-outs that end 12 hours after the receipt, receive
// counts, a dead-letter queue and, when ordered, groups of which only one batch
// is out at a time
// (docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html).
type simQueue struct {
	fifo bool

	mu       sync.Mutex
	messages []*simMessage
	byID     map[string]*simMessage
	dead     []string
}

type simMessage struct {
	id, group, body string
	sent            time.Time
	visible         time.Time
	receipt         time.Time // of the last delivery
	received        int
	deleted         bool
}

const (
	simVisibility    = 6 * time.Minute
	simReceives      = 10
	simRetention     = 4 * 24 * time.Hour
	simSize          = 256 << 10
	simMaxVisibility = 12 * time.Hour // from the receipt
)

func (q *simQueue) put(id, group, body string) error {
	if len(body) > simSize {
		return fmt.Errorf("the message has %d bytes, over %d", len(body), simSize)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.byID == nil {
		q.byID = map[string]*simMessage{}
	}
	m := &simMessage{id: id, group: group, body: body, sent: time.Now()}
	q.messages, q.byID[id] = append(q.messages, m), m
	return nil
}

// receive returns up to n messages; without any, how long to wait; done when
// the queue is empty.
func (q *simQueue) receive(n int) (batch []events.SQSMessage, wait time.Duration, done bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	next := now.Add(simVisibility)
	locked := map[string]bool{}
	live := q.messages[:0]
	for _, m := range q.messages {
		if m.deleted || now.Sub(m.sent) > simRetention {
			continue
		}
		if !m.visible.After(now) && m.received >= simReceives {
			q.dead = append(q.dead, m.id)
			continue
		}
		live = append(live, m)
		if m.visible.After(now) {
			locked[m.group] = true
			if m.visible.Before(next) {
				next = m.visible
			}
			continue
		}
		if len(batch) < n && !(q.fifo && locked[m.group]) {
			batch = append(batch, q.received(m, now))
		}
	}
	q.messages = live
	return batch, max(next.Sub(now), time.Millisecond), len(live) == 0
}

// received hides a message until its visibility time-out and returns it as the
// function gets it.
func (q *simQueue) received(m *simMessage, now time.Time) events.SQSMessage {
	m.visible, m.receipt, m.received = now.Add(simVisibility), now, m.received+1
	attributes := map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.received)}
	if q.fifo {
		attributes["MessageGroupId"] = m.group
	}
	return events.SQSMessage{MessageId: m.id, ReceiptHandle: m.id, Body: m.body, Attributes: attributes,
		EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:us-east-1:123456789012:send"}
}

func (q *simQueue) delete(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.byID[id].deleted = true
}

// Delay makes the queue a [send.Delay].
func (q *simQueue) Delay(_ context.Context, _, receipt string, d time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	m, until := q.byID[receipt], time.Now().Add(d)
	if until.Sub(m.receipt) > simMaxVisibility {
		return fmt.Errorf("the visibility time-out would end %s after the receipt, over %s", until.Sub(m.receipt), simMaxVisibility)
	}
	m.visible = until
	return nil
}

// recordedDelay records by how much a message was put off.
type recordedDelay struct{ got time.Duration }

func (d *recordedDelay) Delay(_ context.Context, _, _ string, by time.Duration) error {
	d.got = by
	return nil
}

// runOne invokes the function with one message of a queue.
func (f *fixture) runOne(t *testing.T, ctx context.Context, received, body string) {
	t.Helper()
	payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: "m1", EventSource: "aws:sqs", Body: body, Attributes: map[string]string{"ApproximateReceiveCount": received},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.invoke(ctx, "i", string(payload)); err != nil {
		t.Fatal(err)
	}
}

// A message that is due in almost 3 days waits in the queue by SQS's rules, and
// is sent once when it is due.
func TestNotBeforeByTheRulesOfSQS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFaultyFixture(false)
		due := time.Now().Add(72 * time.Hour).Truncate(time.Second)
		if err := f.queue.put("m1", "", fmt.Sprintf(`{"message":{"to":{"chat_id":"oc_1"},"text":"hi"},"not_before":%d}`, due.Unix())); err != nil {
			t.Fatal(err)
		}
		f.drain(t, 1)
		sent := f.platform.Messages("oc_1")
		if len(sent) != 1 || len(f.queue.dead) != 0 {
			t.Fatalf("got %d messages and %d dead letters, want 1 and none", len(sent), len(f.queue.dead))
		}
		if at := sent[0].CreateTime; at.Before(due) || at.After(due.Add(time.Minute)) {
			t.Errorf("it was sent at %s, want at %s", at, due)
		}
	})
}
