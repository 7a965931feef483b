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

// Queues is the part of the SQS client that [DeadLetters] uses.
type Queues interface {
	QueueStates
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
	StartMessageMoveTask(context.Context, *sqs.StartMessageMoveTaskInput, ...func(*sqs.Options)) (*sqs.StartMessageMoveTaskOutput, error)
	ListMessageMoveTasks(context.Context, *sqs.ListMessageMoveTasksInput, ...func(*sqs.Options)) (*sqs.ListMessageMoveTasksOutput, error)
}

// DeadLetters are the requests of a stack that were given up.
type DeadLetters struct {
	Stack  Stack
	Queues Queues
	Now    func() time.Time
	Out    io.Writer
}

// glance is how long messages are hidden from others while they are looked at.
// Should this process end before it shows them again, they come back by
// themselves.
const glance = 30 * time.Second

// List writes how many requests each queue of dead letters holds.
func (l *DeadLetters) List(ctx context.Context) error {
	for _, line := range l.Stack.Lines() {
		q, err := l.find(ctx, line.Dead)
		if err != nil {
			return err
		}
		about := fmt.Sprintf("%d dead", q.waiting+q.inWork)
		if q.waiting > 0 {
			seen, err := l.peek(ctx, q, min(batch, q.waiting))
			if err != nil {
				return err
			}
			l.restore(ctx, q, seen)
			about += l.oldest(seen)
		}
		fmt.Fprintf(l.Out, "%-28s  %s\n", line.Dead, about)
	}
	return nil
}

// oldest tells the age of the oldest of some messages: SQS gives no more than
// a sample of a queue.
func (l *DeadLetters) oldest(seen []types.Message) string {
	var first time.Time
	for _, m := range seen {
		if at := sent(m); !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if first.IsZero() {
		return ""
	}
	return fmt.Sprintf(", the oldest of %d looked at is from %s, %v ago", len(seen), first.Format(time.RFC3339), l.Now().Sub(first).Round(time.Second))
}

// sent is when a message came into its first queue; zero when it is not known.
func sent(m types.Message) time.Time {
	ms, err := strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// find looks a queue up.
func (l *DeadLetters) find(ctx context.Context, name string) (queue, error) {
	q, err := findQueue(ctx, l.Queues, name)
	if err != nil {
		return q, fmt.Errorf("queue %s: %s; %s", name, reason(err), grant(err, queueRights))
	}
	return q, nil
}

// batch is the most that SQS gives at once.
const batch = 10

// peek receives up to n messages, and hides them meanwhile, so that none comes
// twice.
func (l *DeadLetters) peek(ctx context.Context, q queue, n int) ([]types.Message, error) {
	var seen []types.Message
	for len(seen) < n {
		got, err := l.Queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &q.url, MaxNumberOfMessages: int32(min(batch, n-len(seen))),
			VisibilityTimeout: int32(glance / time.Second), WaitTimeSeconds: 1, // asks all of SQS's servers, not some
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
			MessageAttributeNames:       []string{"All"},
		})
		if err != nil {
			l.restore(ctx, q, seen)
			return nil, fmt.Errorf("queue %s: %s%s", q.name, reason(err), needs(err, "sqs:ReceiveMessage"))
		}
		seen = append(seen, got.Messages...)
		if len(got.Messages) == 0 {
			break
		}
	}
	return seen, nil
}

// restore shows messages again. What fails comes back a little later.
func (l *DeadLetters) restore(ctx context.Context, q queue, seen []types.Message) {
	ctx = context.WithoutCancel(ctx)
	for _, m := range seen {
		_, _ = l.Queues.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
			QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: 0,
		})
	}
}

func text(p *string) string { return aws.ToString(p) }
