package harness

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
)

// QueueURL is where the emulator has the named queue.
func (e *Emulator) QueueURL(queue string) string { return e.Endpoint() + "/123456789012/" + queue }

// Receive takes up to max messages from the named queue, ten at most, as an
// event source mapping hands them to a function. They are hidden for the
// queue's visibility timeout.
func (e *Emulator) Receive(ctx context.Context, queue string, max int) (events.SQSEvent, error) {
	in := map[string]any{"QueueUrl": e.QueueURL(queue), "MaxNumberOfMessages": max, "AttributeNames": []string{"All"}}
	var out struct {
		Messages []struct {
			MessageId, ReceiptHandle, Body string
			Attributes                     map[string]string
		}
	}
	var event events.SQSEvent
	err := e.Call(ctx, "AmazonSQS.ReceiveMessage", in, &out)
	for _, m := range out.Messages {
		event.Records = append(event.Records, events.SQSMessage{
			MessageId: m.MessageId, ReceiptHandle: m.ReceiptHandle, Body: m.Body, Attributes: m.Attributes,
			EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:us-east-1:123456789012:" + queue, AWSRegion: "us-east-1",
		})
	}
	return event, err
}
