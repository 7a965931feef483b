package send

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Delay puts off the next delivery of a message.
type Delay interface {
	Delay(ctx context.Context, queueARN, receipt string, d time.Duration) error
}

// again is the time until the next delivery of a message: 15 s, doubling up to
// 16 min, so that a failure of Lark for some minutes does not use up what
// deliveries the queue allows.
func again(m events.SQSMessage) time.Duration {
	n, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	if err != nil {
		n = 1
	}
	return 15 * time.Second << min(max(n-1, 0), 6)
}

// maxDelay is the longest that SQS puts a message off.
const maxDelay = 12 * time.Hour

// queue carries out the messages of an SQS batch, and returns those that
// should come again. Messages of one group of an ordered queue are carried out
// one after the other; after one that failed, the rest of its group goes back
// untouched, so that order is kept. Groups, and the messages of a standard
// queue, are carried out at the same time.
func (s *Sender) queue(ctx context.Context, payload []byte) (events.SQSEventResponse, error) {
	out := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	var batch events.SQSEvent
	if err := json.Unmarshal(payload, &batch); err != nil {
		return out, functionError(&lark.Error{Kind: lark.KindValidation, Msg: "the SQS event cannot be read"})
	}
	var all sync.WaitGroup
	back := make([]bool, len(batch.Records))
	for _, group := range groups(batch.Records) {
		all.Go(func() {
			for n, i := range group {
				over, wait := s.message(ctx, batch.Records[i])
				if over {
					continue
				}
				for _, rest := range group[n:] {
					back[rest] = true
					s.putOff(ctx, batch.Records[rest], wait)
				}
				return
			}
		})
	}
	all.Wait()
	for i, failed := range back {
		if failed {
			out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: batch.Records[i].MessageId})
		}
	}
	return out, nil
}

// groups are the indexes of the records that belong together, in order.
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

// message carries out one message and says whether it is over: done, or failed
// for good and reported. If not, it should come again after the wait.
func (s *Sender) message(ctx context.Context, m events.SQSMessage) (over bool, wait time.Duration) {
	over = true
	for _, j := range s.jobs([]byte(m.Body), job{source: "sqs", id: m.MessageId, patient: true, function: functionARN(ctx)}) {
		r := s.do(ctx, j)
		if r.retry() || !r.OK && r.unreported {
			over = false
			wait = max(wait, r.Error.RetryAfter, again(m))
		}
	}
	return over, wait
}

// putOff delays the next delivery of a message. Without it the message comes
// back after the queue's visibility time-out.
func (s *Sender) putOff(ctx context.Context, m events.SQSMessage, wait time.Duration) {
	if s.Delay == nil {
		return
	}
	if err := s.Delay.Delay(ctx, m.EventSourceARN, m.ReceiptHandle, min(wait, maxDelay)); err != nil {
		s.Log.WarnContext(ctx, "the message cannot be put off", "error", err)
	}
}
