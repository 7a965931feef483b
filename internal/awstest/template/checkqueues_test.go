package template_test

import (
	"slices"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// longest is the most that SQS keeps a message: 14 days.
const longest = 14 * 24 * 3600

func checkQueues(fx *fixture) (f findings) {
	for _, q := range fx.queues {
		if !q.Encrypted {
			f.add("queue %s: not encrypted", q.ID)
		}
		if !fx.onlyOverTLS("sqs:*", q.ARN) {
			f.add("queue %s: answers without TLS", q.ID)
		}
		if q.Retention != longest {
			f.add("queue %s: keeps messages for %d s", q.ID, q.Retention)
		}
		if fx.holdsDeadLetters(q.ARN) {
			continue
		}
		dead := fx.queue(q.DeadLetters)
		switch {
		case dead == nil:
			f.add("queue %s: no dead-letter queue", q.ID)
		case dead.FIFO != q.FIFO:
			f.add("queue %s: its dead-letter queue must be FIFO as itself is, or not", q.ID)
		case q.MaxReceive < 5:
			f.add("queue %s: gives up after %d deliveries", q.ID, q.MaxReceive)
		}
	}
	for _, source := range fx.sources {
		queue, function := fx.queue(source.Queue), fx.function(source.Function)
		switch {
		case queue == nil || function == nil:
			f.add("event source %s: from %s to %s, not both of the template", source.ID, source.Queue, source.Function)
		case queue.Visibility < 6*function.Timeout:
			f.add("queue %s: visibility time-out of %d s, less than 6 × that of %s, %d s", queue.ID, queue.Visibility, function.ID, function.Timeout)
		case !source.PartialBatches:
			f.add("event source %s: one failure brings back the whole batch", source.ID)
		case queue.FIFO && source.BatchSize != 1:
			f.add("event source %s: a failure uses up the deliveries of %d messages behind it", source.ID, source.BatchSize-1)
		}
	}
	return f
}

func (fx *fixture) function(name string) *template.Function {
	for i := range fx.functions {
		if f := &fx.functions[i]; f.Called(name) {
			return f
		}
	}
	return nil
}

// holdsDeadLetters reports whether a queue is where others give up to.
func (fx *fixture) holdsDeadLetters(arn string) bool {
	return slices.ContainsFunc(fx.queues, func(q template.Queue) bool { return q.DeadLetters == arn })
}
