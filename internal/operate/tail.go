package operate

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// TailEvents is the part of the EventBridge client that [Tail] uses.
type TailEvents interface {
	PutRule(context.Context, *eventbridge.PutRuleInput, ...func(*eventbridge.Options)) (*eventbridge.PutRuleOutput, error)
	PutTargets(context.Context, *eventbridge.PutTargetsInput, ...func(*eventbridge.Options)) (*eventbridge.PutTargetsOutput, error)
	RemoveTargets(context.Context, *eventbridge.RemoveTargetsInput, ...func(*eventbridge.Options)) (*eventbridge.RemoveTargetsOutput, error)
	DeleteRule(context.Context, *eventbridge.DeleteRuleInput, ...func(*eventbridge.Options)) (*eventbridge.DeleteRuleOutput, error)
}

// TailQueues is the part of the SQS client that [Tail] uses.
type TailQueues interface {
	QueueStates
	CreateQueue(context.Context, *sqs.CreateQueueInput, ...func(*sqs.Options)) (*sqs.CreateQueueOutput, error)
	SetQueueAttributes(context.Context, *sqs.SetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.SetQueueAttributesOutput, error)
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessage(context.Context, *sqs.DeleteMessageInput, ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error)
	DeleteQueue(context.Context, *sqs.DeleteQueueInput, ...func(*sqs.Options)) (*sqs.DeleteQueueOutput, error)
}

// Tail follows a stack's bus with a rule and a queue of its own, which it removes.
type Tail struct {
	Stack   Stack
	Pattern string // of the events to follow; "" for all
	Events  TailEvents
	Queues  TailQueues
	// Ready is called once the rule and the queue are there.
	Ready func()
	// Show is called with each event, as EventBridge delivers it.
	Show func(event json.RawMessage) error

	name       string // of the rule and the queue
	url        string // of the queue, "" if it was not made
	rule, hook bool   // whether there may be a rule, and a target of it
}

// everything is a pattern that matches all events.
const everything = `{"source":[{"prefix":""}]}`

// cleanupTimeout is how long removing the rule and the queue may take.
const cleanupTimeout = 20 * time.Second

// Follow shows the events until ctx ends, which is no error. In any case it removes the
// rule and the queue; its error names those that it could not remove.
func (t *Tail) Follow(ctx context.Context) error {
	t.name = string(t.Stack) + "-tail-" + strings.ToLower(rand.Text()[:10])
	err := t.setUp(ctx)
	if err == nil {
		t.Ready()
		err = t.receive(ctx)
	}
	if ctx.Err() != nil {
		err = nil
	}
	cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	return errors.Join(err, t.remove(cleanup))
}

// setUp makes the rule and the queue. A call whose answer is lost may have been carried
// out all the same, so that it counts as done.
func (t *Tail) setUp(ctx context.Context) error {
	bus, pattern := t.Stack.Bus(), t.Pattern
	if pattern == "" {
		pattern = everything
	}
	t.rule = true
	rule, err := t.Events.PutRule(ctx, &eventbridge.PutRuleInput{
		Name: &t.name, EventBusName: &bus, EventPattern: &pattern, Description: aws.String("larkbridge tail, which removes it"),
	})
	if err != nil {
		return fmt.Errorf("making a rule on the bus %s: %s%s", bus, reason(err), needs(err, "events:PutRule"))
	}
	made, err := t.Queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &t.name, Attributes: map[string]string{
		string(types.QueueAttributeNameMessageRetentionPeriod): "300",
	}})
	if err != nil {
		return fmt.Errorf("making a queue: %s%s", reason(err), needs(err, "sqs:CreateQueue"))
	}
	t.url = text(made.QueueUrl)
	arn, err := t.allow(ctx, text(rule.RuleArn))
	if err != nil {
		return fmt.Errorf("letting the rule send to the queue: %s%s", reason(err), needs(err, "sqs:GetQueueAttributes and sqs:SetQueueAttributes"))
	}
	t.hook = true
	put, err := t.Events.PutTargets(ctx, &eventbridge.PutTargetsInput{
		Rule: &t.name, EventBusName: &bus, Targets: []ebtypes.Target{{Id: aws.String(tailTarget), Arn: &arn}},
	})
	switch {
	case err != nil:
		return fmt.Errorf("giving the rule its queue: %s%s", reason(err), needs(err, "events:PutTargets"))
	case put.FailedEntryCount > 0:
		return fmt.Errorf("giving the rule its queue: %s", text(put.FailedEntries[0].ErrorMessage))
	}
	return nil
}

// tailTarget is the id of the rule's target.
const tailTarget = "queue"

// allow lets the rule send to the queue and returns the queue's ARN.
func (t *Tail) allow(ctx context.Context, rule string) (string, error) {
	about, err := t.Queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &t.url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn},
	})
	if err != nil {
		return "", err
	}
	arn := about.Attributes[string(types.QueueAttributeNameQueueArn)]
	policy, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Allow", "Principal": map[string]string{"Service": "events.amazonaws.com"},
		"Action": "sqs:SendMessage", "Resource": arn, "Condition": map[string]any{"ArnEquals": map[string]string{"aws:SourceArn": rule}},
	}}})
	if err != nil {
		return "", err
	}
	_, err = t.Queues.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{
		QueueUrl: &t.url, Attributes: map[string]string{string(types.QueueAttributeNamePolicy): string(policy)},
	})
	return arn, err
}

// receive shows what comes into the queue until ctx ends.
func (t *Tail) receive(ctx context.Context) error {
	for ctx.Err() == nil {
		got, err := t.Queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &t.url, MaxNumberOfMessages: batch, WaitTimeSeconds: 20})
		if err != nil {
			return fmt.Errorf("receiving events: %s%s", reason(err), needs(err, "sqs:ReceiveMessage"))
		}
		for _, m := range got.Messages {
			if err := t.Show(json.RawMessage(text(m.Body))); err != nil {
				return err
			}
			if _, err := t.Queues.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &t.url, ReceiptHandle: m.ReceiptHandle}); err != nil {
				return fmt.Errorf("removing an event from the queue: %s%s", reason(err), needs(err, "sqs:DeleteMessage"))
			}
		}
	}
	return nil
}

// remove removes the rule and the queue.
func (t *Tail) remove(ctx context.Context) error {
	return errors.Join(t.removeRule(ctx), t.removeQueue(ctx))
}

func (t *Tail) removeRule(ctx context.Context) error {
	if !t.rule {
		return nil
	}
	bus := t.Stack.Bus()
	if t.hook {
		// If this fails, so does the next call, which says so.
		_, _ = t.Events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &t.name, EventBusName: &bus, Ids: []string{tailTarget}})
	}
	_, err := t.Events.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: &t.name, EventBusName: &bus})
	if _, gone := errors.AsType[*ebtypes.ResourceNotFoundException](err); err == nil || gone {
		return nil
	}
	return fmt.Errorf("the rule %s of the bus %s may be left: %s%s; remove it", t.name, bus, reason(err), needs(err, "events:RemoveTargets and events:DeleteRule"))
}

func (t *Tail) removeQueue(ctx context.Context) error {
	var missing *types.QueueDoesNotExist
	if t.url == "" { // CreateQueue was not called, or its answer was lost
		found, err := t.Queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &t.name})
		switch {
		case errors.As(err, &missing):
			return nil
		case err != nil:
			return fmt.Errorf("the queue %s may be left: %s%s; remove it", t.name, reason(err), needs(err, "sqs:GetQueueUrl"))
		}
		t.url = text(found.QueueUrl)
	}
	_, err := t.Queues.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: &t.url})
	if err == nil || errors.As(err, &missing) {
		return nil
	}
	return fmt.Errorf("the queue %s may be left: %s%s; remove it", t.name, reason(err), needs(err, "sqs:DeleteQueue"))
}
