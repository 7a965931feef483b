package operate

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// QueueStates is the part of the SQS client that describes queues.
type QueueStates interface {
	GetQueueUrl(context.Context, *sqs.GetQueueUrlInput, ...func(*sqs.Options)) (*sqs.GetQueueUrlOutput, error)
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
}

// queue is the present state of a queue. The numbers are SQS's approximations.
type queue struct {
	name, url, arn  string
	waiting, inWork int
}

// findQueue returns the state of a queue, found by its name.
func findQueue(ctx context.Context, queues QueueStates, name string) (queue, error) {
	found, err := queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		return queue{}, fmt.Errorf("finding the queue %s: %w", name, err)
	}
	about, err := queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: found.QueueUrl, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		return queue{}, fmt.Errorf("looking at the queue %s: %w", name, err)
	}
	number := func(attribute types.QueueAttributeName) int {
		n, _ := strconv.Atoi(about.Attributes[string(attribute)])
		return n
	}
	return queue{
		name: name, url: *found.QueueUrl, arn: about.Attributes[string(types.QueueAttributeNameQueueArn)],
		waiting: number(types.QueueAttributeNameApproximateNumberOfMessages) + number(types.QueueAttributeNameApproximateNumberOfMessagesDelayed),
		inWork:  number(types.QueueAttributeNameApproximateNumberOfMessagesNotVisible),
	}, nil
}

const queueRights = "sqs:GetQueueUrl and sqs:GetQueueAttributes"

// Queues is the part of the SQS client that [DeadLetters] uses.
type Queues interface {
	QueueStates
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
	StartMessageMoveTask(context.Context, *sqs.StartMessageMoveTaskInput, ...func(*sqs.Options)) (*sqs.StartMessageMoveTaskOutput, error)
	ListMessageMoveTasks(context.Context, *sqs.ListMessageMoveTasksInput, ...func(*sqs.Options)) (*sqs.ListMessageMoveTasksOutput, error)
}

// DeadLetters lists, shows and redrives the failed requests of a stack, which are
// in its dead-letter queues.
type DeadLetters struct {
	Stack  Stack
	Queues Queues
	Now    func() time.Time
}

// DeadQueue is how many messages a dead-letter queue has.
type DeadQueue struct {
	Queue string `json:"queue"`
	Count int    `json:"count"`
	// Sample is how many of the messages were looked at, of which the oldest was sent at
	// Oldest, Age ago. SQS cannot list a queue.
	Sample int           `json:"sample,omitempty"`
	Oldest time.Time     `json:"oldest,omitzero"`
	Age    time.Duration `json:"-"`
}

// DeadQueues are the dead-letter queues of a stack.
type DeadQueues []DeadQueue

// Write writes one line for each queue.
func (d DeadQueues) Write(w io.Writer) {
	for _, q := range d {
		about := fmt.Sprintf("%d dead", q.Count)
		if !q.Oldest.IsZero() {
			about += fmt.Sprintf(", the oldest of %d looked at is from %s, %v ago", q.Sample, q.Oldest.Format(time.RFC3339), q.Age)
		}
		fmt.Fprintf(w, "%-28s  %s\n", q.Queue, about)
	}
}

// hiddenFor is how long received messages are hidden from other receivers. If this
// process ends before it releases them, they become visible after that time.
const hiddenFor = 30 * time.Second

// List returns how many messages each dead-letter queue has.
func (l *DeadLetters) List(ctx context.Context) (DeadQueues, error) {
	var all DeadQueues
	for _, pair := range l.Stack.QueuePairs() {
		q, err := l.find(ctx, pair.Dead)
		if err != nil {
			return nil, err
		}
		dead := DeadQueue{Queue: pair.Dead, Count: q.waiting + q.inWork}
		if q.waiting > 0 {
			seen, err := l.receive(ctx, q, min(batch, q.waiting))
			if err != nil {
				return nil, err
			}
			l.release(ctx, q, seen)
			dead.Sample, dead.Oldest = len(seen), oldest(seen)
			dead.Age = l.Now().Sub(dead.Oldest).Round(time.Second)
		}
		all = append(all, dead)
	}
	return all, nil
}

// oldest returns when the oldest of some messages was sent, zero if that is not known.
func oldest(seen []types.Message) (first time.Time) {
	for _, m := range seen {
		if at := sent(m); !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// sent returns when a message entered its first queue, zero if that is not known.
func sent(m types.Message) time.Time {
	ms, err := strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// find returns the state of a queue. Its error says what to do.
func (l *DeadLetters) find(ctx context.Context, name string) (queue, error) {
	q, err := findQueue(ctx, l.Queues, name)
	if err != nil {
		return q, fmt.Errorf("queue %s: %s; %s", name, reason(err), grant(err, queueRights))
	}
	return q, nil
}

// batch is how many messages one call to SQS returns at most.
const batch = 10

// receive receives up to n messages. They are hidden for a while, so that none is
// received twice.
func (l *DeadLetters) receive(ctx context.Context, q queue, n int) ([]types.Message, error) {
	var seen []types.Message
	for len(seen) < n {
		got, err := l.Queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &q.url, MaxNumberOfMessages: int32(min(batch, n-len(seen))),
			VisibilityTimeout: int32(hiddenFor / time.Second), WaitTimeSeconds: 1, // asks all of SQS's servers, not some
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
			MessageAttributeNames:       []string{"All"},
		})
		if err != nil {
			l.release(ctx, q, seen)
			return nil, fmt.Errorf("queue %s: %s%s", q.name, reason(err), needs(err, "sqs:ReceiveMessage"))
		}
		seen = append(seen, got.Messages...)
		if len(got.Messages) == 0 {
			break
		}
	}
	return seen, nil
}

// release makes messages visible again. A message for which this fails becomes
// visible after hiddenFor.
func (l *DeadLetters) release(ctx context.Context, q queue, seen []types.Message) {
	ctx = context.WithoutCancel(ctx)
	for _, m := range seen {
		_, _ = l.Queues.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
			QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: 0,
		})
	}
}

func text(p *string) string { return aws.ToString(p) }
