package cloud

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Workflows ends steps of workflows: tasks of Step Functions, and callbacks of
// Lambda's durable functions. Its calls are not repeated.
type Workflows struct{ states, lambda service }

// NewWorkflows makes a Workflows with the region, the credentials and the HTTP
// client of config. The endpoints are "" for AWS's own.
func NewWorkflows(config aws.Config, states, lambda string, now func() time.Time) *Workflows {
	return &Workflows{service{"states", config, states, now}, service{"lambda", config, lambda, now}}
}

// Succeed ends a step with its output, which is JSON.
func (w *Workflows) Succeed(ctx context.Context, step ask.Step, output []byte) error {
	if step.CallbackID != "" {
		return w.lambda.post(ctx, callbackPath(step.CallbackID, "succeed"), "", "application/octet-stream", output)
	}
	return w.states.call(ctx, "AWSStepFunctions.SendTaskSuccess", map[string]string{"taskToken": step.TaskToken.Reveal(), "output": string(output)})
}

// Fail ends a step with an error.
func (w *Workflows) Fail(ctx context.Context, step ask.Step, name, cause string) error {
	if step.CallbackID == "" {
		return w.states.call(ctx, "AWSStepFunctions.SendTaskFailure", map[string]string{"taskToken": step.TaskToken.Reveal(), "error": name, "cause": cause})
	}
	body, err := json.Marshal(map[string]string{"ErrorType": name, "ErrorMessage": cause})
	if err != nil {
		return fmt.Errorf("encoding the failure: %w", err)
	}
	return w.lambda.post(ctx, callbackPath(step.CallbackID, "fail"), "", "application/json", body)
}

// callbackPath returns the path that ends a callback. Its id may have slashes and
// plus signs.
func callbackPath(id lark.Secret, end string) string {
	return "/2025-12-01/durable-execution-callbacks/" + url.QueryEscape(id.Reveal()) + "/" + end
}

// SendQueue is the queue of the function send.
type SendQueue struct {
	service service
	url     string
}

// NewSendQueue makes a SendQueue with the region, the credentials and the HTTP
// client of config. The endpoint is "" for AWS's own.
func NewSendQueue(config aws.Config, endpoint, queueURL string, now func() time.Time) *SendQueue {
	return &SendQueue{service{"sqs", config, endpoint, now}, queueURL}
}

// maxQueueDelay is the longest that SQS delays a new message.
const maxQueueDelay = 15 * time.Minute

// Send puts a message into the queue. It is delivered after the delay, or after the
// 15 minutes that SQS allows.
func (q *SendQueue) Send(ctx context.Context, body []byte, delay time.Duration) error {
	return q.service.call(ctx, "AmazonSQS.SendMessage", map[string]any{
		"QueueUrl": q.url, "MessageBody": string(body), "DelaySeconds": int(max(min(delay, maxQueueDelay), 0) / time.Second),
	})
}
