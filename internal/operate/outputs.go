package operate

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"
)

// Outputs is what only the deployment knows of a stack.
type Outputs struct {
	EventURL, CardURL string
	Prefix            string // of the settings' parameters
}

// FindOutputs asks CloudFormation about a stack.
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
	var o Outputs
	for _, out := range described.Stacks[0].Outputs {
		switch aws.ToString(out.OutputKey) {
		case "EventUrl":
			o.EventURL = aws.ToString(out.OutputValue)
		case "CardUrl":
			o.CardURL = aws.ToString(out.OutputValue)
		}
	}
	for _, p := range described.Stacks[0].Parameters {
		if aws.ToString(p.ParameterKey) == "ParameterPrefix" {
			o.Prefix = aws.ToString(p.ParameterValue)
		}
	}
	return o, nil
}
