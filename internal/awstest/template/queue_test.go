package template_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

func TestQueues(t *testing.T) {
	got, err := one(t, "AWS::SQS::Queue", map[string]any{
		"QueueName": "q.fifo", "FifoQueue": true, "VisibilityTimeout": 360, "MessageRetentionPeriod": "60", "SqsManagedSseEnabled": true,
		"RedrivePolicy": map[string]any{"deadLetterTargetArn": "dead", "maxReceiveCount": 10},
	}).Queues()
	checkOne(t, got, err, template.Queue{
		FIFO: true, Visibility: 360, Retention: 60, Encrypted: true, DeadLetters: "dead", MaxReceive: 10,
	})
	got, err = one(t, "AWS::SQS::Queue", map[string]any{"QueueName": "q", "KmsMasterKeyId": "alias/aws/sqs"}).Queues()
	checkOne(t, got, err, template.Queue{Visibility: 30, Retention: 345600, Encrypted: true})
}
