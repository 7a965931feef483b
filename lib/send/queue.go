package send

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// Delay puts off the next delivery of a message.
type Delay interface {
	Delay(ctx context.Context, queueARN, receipt string, d time.Duration) error
}

// maxDelay is the longest that a message is put off: less than the 12 hours from
// its receipt that SQS takes.
const maxDelay = 11*time.Hour + 50*time.Minute

// retryDelay returns the duration until the next delivery of a message: 15 s,
// doubling up to 16 min, so that a failure of Lark for some minutes does not
// use up the deliveries that the queue allows.
func retryDelay(m events.SQSMessage) time.Duration {
	n, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	if err != nil {
		n = 1
	}
	return 15 * time.Second << min(max(n-1, 0), 6)
}

// queueMessages returns the messages of an invocation by a queue, and nil for
// another payload.
func queueMessages(payload []byte) []events.SQSMessage {
	var event events.SQSEvent
	if json.Unmarshal(payload, &event) != nil || len(event.Records) == 0 || event.Records[0].EventSource != "aws:sqs" {
		return nil
	}
	return event.Records
}

// runQueue carries out the messages of an SQS batch and returns those that
// should come again. Messages of one group of an ordered queue are carried out
// one after the other; after one that failed, the rest of its group goes back
// untouched, so that order is kept. Groups, and the messages of a standard
// queue, are carried out at the same time.
func (s *Sender) runQueue(ctx context.Context, from origin, records []events.SQSMessage) events.SQSEventResponse {
	from.turns = make(chan struct{}, maxLarge)
	var all sync.WaitGroup
	back := make([]bool, len(records))
	for _, group := range groups(records) {
		all.Go(func() {
			for n, i := range group {
				done, delay := s.runMessage(ctx, from, records[i])
				if done {
					continue
				}
				for _, rest := range group[n:] {
					back[rest] = true
					s.putOff(ctx, records[rest], delay)
				}
				return
			}
		})
	}
	all.Wait()
	out := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for i, failed := range back {
		if failed {
			out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: records[i].MessageId})
		}
	}
	return out
}

// maxLarge is how many requests of a batch whose answers may be large are
// carried out at the same time: the function has 256 MB.
const maxLarge = 2

// groups returns the indexes of the records that belong together, in order.
func groups(records []events.SQSMessage) [][]int {
	var list [][]int
	at := map[string]int{}
	for i, r := range records {
		group := r.Attributes["MessageGroupId"]
		n, ok := at[group]
		if !ok || group == "" {
			n = len(list)
			at[group] = n
			list = append(list, nil)
		}
		list[n] = append(list[n], i)
	}
	return list
}

// runMessage carries out one message and reports whether it is done, or has
// failed for good and is reported. If not, it should come again after the
// delay.
func (s *Sender) runMessage(ctx context.Context, from origin, m events.SQSMessage) (done bool, delay time.Duration) {
	from.source, from.id, from.async, from.queued = "sqs", m.MessageId, true, sentTime(m)
	done = true
	for _, j := range s.jobs([]byte(m.Body), from) {
		r := s.runTurn(ctx, j)
		switch {
		case r.Error == nil || !r.comesBack() && !r.unreported:
			continue
		case r.Error.Msg == notDue:
			delay = max(delay, r.Error.RetryAfter)
		default:
			delay = max(delay, r.Error.RetryAfter, retryDelay(m))
		}
		done = false
	}
	return done, delay
}

// sentTime returns when a message was put into its queue, the zero time if the queue
// does not say it.
func sentTime(m events.SQSMessage) time.Time {
	ms, err := strconv.ParseInt(m.Attributes["SentTimestamp"], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// runTurn carries out one job of a batch: any API may answer with megabytes,
// of which nobody gets more than what is kept.
func (s *Sender) runTurn(ctx context.Context, j job) Result {
	if j.req != nil && j.req.Request != nil {
		j.turns <- struct{}{}
		defer func() { <-j.turns }()
	}
	r := s.do(ctx, j)
	r.Data = nil
	return r
}

// putOff delays the next delivery of a message. Without it the message comes
// back after the queue's visibility timeout.
func (s *Sender) putOff(ctx context.Context, m events.SQSMessage, delay time.Duration) {
	if s.Delay == nil {
		return
	}
	if err := s.Delay.Delay(ctx, m.EventSourceARN, m.ReceiptHandle, min(delay, maxDelay)); err != nil {
		s.Log.WarnContext(ctx, "the message cannot be put off", "error", err)
	}
}
