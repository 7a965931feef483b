package operate

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// QueueStates is the part of the SQS client that tells about queues.
type QueueStates interface {
	GetQueueUrl(context.Context, *sqs.GetQueueUrlInput, ...func(*sqs.Options)) (*sqs.GetQueueUrlOutput, error)
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
}

// Buses is the part of the EventBridge client that tells about a bus.
type Buses interface {
	DescribeEventBus(context.Context, *eventbridge.DescribeEventBusInput, ...func(*eventbridge.Options)) (*eventbridge.DescribeEventBusOutput, error)
	ListArchives(context.Context, *eventbridge.ListArchivesInput, ...func(*eventbridge.Options)) (*eventbridge.ListArchivesOutput, error)
}

// queue is a queue as it is now. The numbers are SQS's approximations.
type queue struct {
	name, url, arn  string
	waiting, inWork int
}

// findQueue looks a queue up by its name.
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

// line checks a queue and its dead letters.
func (d *Doctor) line(ctx context.Context, line Line) {
	for _, name := range []string{line.Work, line.Dead} {
		q, err := findQueue(ctx, d.Queues, name)
		switch {
		case err != nil:
			d.Show(fail("queue "+name, reason(err), grant(err, queueRights)))
		case name == line.Dead && q.waiting+q.inWork > 0:
			d.Show(fail("queue "+name, fmt.Sprintf("%d requests were given up", q.waiting+q.inWork), "larkbridge dlq show tells why, larkbridge dlq redrive tries again"))
		default:
			d.Show(ok("queue "+name, fmt.Sprintf("%d waiting, %d in work", q.waiting, q.inWork)))
		}
	}
}

// bus checks that the bus is there, and whether what was on it can be replayed.
func (d *Doctor) bus(ctx context.Context) {
	name := d.Stack.Bus()
	bus, err := d.Buses.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{Name: &name})
	if err != nil {
		d.Show(fail("bus "+name, reason(err), grant(err, "events:DescribeEventBus")))
		return
	}
	d.Show(ok("bus "+name, "is there"))
	list, err := d.Buses.ListArchives(ctx, &eventbridge.ListArchivesInput{EventSourceArn: bus.Arn})
	switch {
	case err != nil:
		d.Show(skip("archive of "+name, reason(err), grant(err, "events:ListArchives")))
	case len(list.Archives) == 0:
		d.Show(skip("archive of "+name, "there is none", "without an archive of the bus, larkbridge replay has nothing to replay"))
	default:
		a := list.Archives[0]
		d.Show(ok("archive of "+name, fmt.Sprintf("%s, %s, %d events", *a.ArchiveName, a.State, a.EventCount)))
	}
}
