// Package operate has the operations on a deployed stack: store the settings of its
// apps, check it, and recover what failed.
//
// It uses the operator's own AWS credentials. Nothing that it prints contains a
// secret, and every operation may be repeated.
package operate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"github.com/larkbridge/larkbridge/lib/lark"
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
	Prefix            string            // of the settings' parameters
	Parameters        map[string]string // of the stack
}

// urls returns the Request URLs of an app, or their ends if the outputs are not known.
func (o Outputs) urls(app string) (event, card string) {
	return appURL(cmp.Or(o.EventURL, "/event"), app), appURL(cmp.Or(o.CardURL, "/card"), app)
}

// appURL returns the Request URL of an app at an endpoint.
func appURL(endpoint, app string) string {
	endpoint = strings.TrimRight(endpoint, "/")
	if app == lark.DefaultApp {
		return endpoint
	}
	return endpoint + "/" + app
}

// ErrNotDeployed means that there is no such stack, or that it was never complete.
var ErrNotDeployed = errors.New("the stack is not deployed")

// FindOutputs reads the outputs of a stack from CloudFormation. It returns
// ErrNotDeployed if there is no such stack.
func FindOutputs(ctx context.Context, config aws.Config, stack Stack) (Outputs, error) {
	described, err := cloudformation.NewFromConfig(config).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{
		StackName: aws.String(string(stack)),
	})
	var refusal smithy.APIError
	switch {
	case errors.As(err, &refusal) && refusal.ErrorCode() == "ValidationError" && strings.Contains(refusal.ErrorMessage(), "does not exist"):
		return Outputs{}, fmt.Errorf("there is no stack %s in %s: make deploy makes it; or give --stack and AWS_REGION (%w)", stack, config.Region, ErrNotDeployed)
	case errors.As(err, &refusal):
		return Outputs{}, fmt.Errorf("CloudFormation says %s: %s%s", refusal.ErrorCode(), refusal.ErrorMessage(), needs(err, "cloudformation:DescribeStacks"))
	case err != nil:
		return Outputs{}, fmt.Errorf("asking CloudFormation: %s", reason(err))
	case len(described.Stacks) != 1:
		return Outputs{}, fmt.Errorf("CloudFormation knows %d stacks of the name %s", len(described.Stacks), stack)
	}
	about := described.Stacks[0]
	if status := about.StackStatus; unusable(status) {
		return Outputs{}, fmt.Errorf("the stack %s is in the state %s (%s): make deploy, once CloudFormation is done (%w)", stack, status, aws.ToString(about.StackStatusReason), ErrNotDeployed)
	}
	o := Outputs{Parameters: map[string]string{}}
	for _, out := range about.Outputs {
		switch aws.ToString(out.OutputKey) {
		case "EventUrl":
			o.EventURL = aws.ToString(out.OutputValue)
		case "CardUrl":
			o.CardURL = aws.ToString(out.OutputValue)
		}
	}
	for _, p := range about.Parameters {
		o.Parameters[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
	}
	o.Prefix = cmp.Or(o.Parameters["ParameterPrefix"], stack.Prefix())
	return o, nil
}

// unusable reports whether a stack in this state was never complete.
func unusable(status types.StackStatus) bool {
	switch status {
	case types.StackStatusReviewInProgress, types.StackStatusCreateInProgress, types.StackStatusCreateFailed,
		types.StackStatusRollbackInProgress, types.StackStatusRollbackFailed, types.StackStatusRollbackComplete,
		types.StackStatusDeleteInProgress, types.StackStatusDeleteFailed:
		return true
	}
	return false
}
