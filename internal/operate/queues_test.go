package operate_test

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// fakeQueues is SQS in memory, with the tasks that moto lacks. A queue's URL
// and its ARN are its name.
type fakeQueues struct {
	all    map[string][]*fakeMessage
	tasks  map[string]string // running, from and to
	denied map[string]error  // by operation
}

type fakeMessage struct {
	types.Message
	hidden bool
}

func newQueues() *fakeQueues {
	q := &fakeQueues{map[string][]*fakeMessage{}, map[string]string{}, map[string]error{}}
	for _, name := range []string{"larkbridge-send", "larkbridge-send-dead", "larkbridge-send.fifo", "larkbridge-send-dead.fifo"} {
		q.all[name] = nil
	}
	return q
}

func message(id, body string) types.Message {
	return types.Message{MessageId: &id, ReceiptHandle: &id, Body: &body, Attributes: map[string]string{"SentTimestamp": "1795428000000"}}
}

func (q *fakeQueues) put(name string, m types.Message) {
	q.all[name] = append(q.all[name], &fakeMessage{Message: m})
}

func (q *fakeQueues) GetQueueUrl(_ context.Context, in *sqs.GetQueueUrlInput, _ ...func(*sqs.Options)) (*sqs.GetQueueUrlOutput, error) {
	if _, ok := q.all[*in.QueueName]; !ok {
		return nil, refusal("AWS.SimpleQueueService.NonExistentQueue")
	}
	return &sqs.GetQueueUrlOutput{QueueUrl: in.QueueName}, nil
}

func (q *fakeQueues) GetQueueAttributes(_ context.Context, in *sqs.GetQueueAttributesInput, _ ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error) {
	waiting, hidden := 0, 0
	for _, m := range q.all[*in.QueueUrl] {
		if m.hidden {
			hidden++
		} else {
			waiting++
		}
	}
	return &sqs.GetQueueAttributesOutput{Attributes: map[string]string{
		"QueueArn": *in.QueueUrl, "ApproximateNumberOfMessages": strconv.Itoa(waiting), "ApproximateNumberOfMessagesNotVisible": strconv.Itoa(hidden),
	}}, nil
}

func (q *fakeQueues) ReceiveMessage(_ context.Context, in *sqs.ReceiveMessageInput, _ ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	out := &sqs.ReceiveMessageOutput{}
	for _, m := range q.all[*in.QueueUrl] {
		if !m.hidden && len(out.Messages) < int(in.MaxNumberOfMessages) {
			m.hidden = true
			out.Messages = append(out.Messages, m.Message)
		}
	}
	return out, q.denied["ReceiveMessage"]
}

func (q *fakeQueues) ChangeMessageVisibility(_ context.Context, in *sqs.ChangeMessageVisibilityInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	for _, m := range q.all[*in.QueueUrl] {
		if *m.ReceiptHandle == *in.ReceiptHandle {
			m.hidden = in.VisibilityTimeout > 0
		}
	}
	return &sqs.ChangeMessageVisibilityOutput{}, nil
}

// StartMessageMoveTask only notes the task: SQS works on it later.
func (q *fakeQueues) StartMessageMoveTask(_ context.Context, in *sqs.StartMessageMoveTaskInput, _ ...func(*sqs.Options)) (*sqs.StartMessageMoveTaskOutput, error) {
	if err := q.denied["StartMessageMoveTask"]; err != nil {
		return nil, err
	}
	if _, running := q.tasks[*in.SourceArn]; running {
		return nil, refusal("InvalidParameterValue")
	}
	q.tasks[*in.SourceArn] = *in.DestinationArn
	return &sqs.StartMessageMoveTaskOutput{}, nil
}

func (q *fakeQueues) ListMessageMoveTasks(_ context.Context, in *sqs.ListMessageMoveTasksInput, _ ...func(*sqs.Options)) (*sqs.ListMessageMoveTasksOutput, error) {
	out := &sqs.ListMessageMoveTasksOutput{}
	if _, running := q.tasks[*in.SourceArn]; running {
		out.Results = []types.ListMessageMoveTasksResultEntry{{
			Status: aws.String("RUNNING"), ApproximateNumberOfMessagesMoved: 1, ApproximateNumberOfMessagesToMove: aws.Int64(3),
		}}
	}
	return out, nil
}
