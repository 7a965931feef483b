// Package operate has the operations on a deployed stack: store the settings of its
// apps, check it, and recover what failed.
//
// It uses the operator's own AWS credentials. Nothing that it prints contains a
// secret, and every operation may be repeated.
package operate

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"
)

// Stack is the name of a deployed stack. template.yaml derives the names of its
// resources from it.
type Stack string

// Bus is the name of the stack's event bus.
func (s Stack) Bus() string { return string(s) }

// SendFunction is the name of the function that sends.
func (s Stack) SendFunction() string { return string(s) + "-send" }

// LogGroup is the name of the log group of a function ("event", "card" or "send").
func (s Stack) LogGroup(function string) string { return "/aws/lambda/" + string(s) + "-" + function }

// Prefix is the prefix of the settings' parameters unless the stack has another one.
func (s Stack) Prefix() string { return "/" + string(s) }

// QueuePair is the names of a queue of requests and of its dead-letter queue.
type QueuePair struct{ Work, Dead string }

// QueuePairs returns the stack's queues: the standard one, then the FIFO one.
func (s Stack) QueuePairs() []QueuePair {
	name := string(s)
	return []QueuePair{
		{name + "-send", name + "-send-dead"},
		{name + "-send.fifo", name + "-send-dead.fifo"},
	}
}

// Outputs are the facts of a stack that only CloudFormation knows.
type Outputs struct {
	EventURL, CardURL string
	Prefix            string // of the settings' parameters
}

// FindOutputs reads the outputs of a stack from CloudFormation.
func FindOutputs(ctx context.Context, config aws.Config, stack Stack) (Outputs, error) {
	described, err := cloudformation.NewFromConfig(config).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{
		StackName: aws.String(string(stack)),
	})
	var refusal smithy.APIError
	switch {
	case errors.As(err, &refusal):
		return Outputs{}, fmt.Errorf("CloudFormation says %s: %s", refusal.ErrorCode(), refusal.ErrorMessage())
	case err != nil:
		return Outputs{}, fmt.Errorf("asking CloudFormation: %w", err)
	case len(described.Stacks) != 1:
		return Outputs{}, fmt.Errorf("CloudFormation knows %d stacks of the name %s", len(described.Stacks), stack)
	}
	o := Outputs{Prefix: stack.Prefix()}
	for _, out := range described.Stacks[0].Outputs {
		switch aws.ToString(out.OutputKey) {
		case "EventUrl":
			o.EventURL = aws.ToString(out.OutputValue)
		case "CardUrl":
			o.CardURL = aws.ToString(out.OutputValue)
		}
	}
	for _, p := range described.Stacks[0].Parameters {
		if prefix := aws.ToString(p.ParameterValue); aws.ToString(p.ParameterKey) == "ParameterPrefix" && prefix != "" {
			o.Prefix = prefix
		}
	}
	return o, nil
}
