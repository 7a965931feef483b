package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/cloud"
)

const accountHelp = `

Credentials and region are those of the AWS CLI: AWS_PROFILE, AWS_REGION.`

// account holds how the user's AWS account is reached: the SDK's configuration, the
// environment and the clock.
type account struct {
	config aws.Config
	getenv func(string) string
	now    func() time.Time
}

// connect finds the region and the credentials where the AWS CLI finds them: in the
// environment, in its files and in its login. It returns an error if there is no region.
func (p program) connect(ctx context.Context) (account, error) {
	found, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return account{}, fmt.Errorf("finding region and credentials: %w", err)
	}
	if found.Region == "" {
		return account{}, errors.New("there is no region: set AWS_REGION, or AWS_PROFILE to a profile that has one")
	}
	return account{found, p.getenv, p.now}, nil
}

// endpoint returns the URL that the environment sets for a service, "" if it sets none.
// It is for services that are called without a client of the SDK.
func (a account) endpoint(service string) string {
	return cmp.Or(a.getenv("AWS_ENDPOINT_URL_"+service), aws.ToString(a.config.BaseEndpoint))
}

// lambda returns a client that invokes functions.
func (a account) lambda() *cloud.Lambda {
	return cloud.NewLambda(a.config, a.endpoint("LAMBDA"), a.now)
}

// outputs returns the outputs of a stack.
func (a account) outputs(ctx context.Context, stack operate.Stack) (operate.Outputs, error) {
	return operate.FindOutputs(ctx, a.config, stack)
}

// defaultStack returns the stack that the environment names, or else larkbridge.
func (p program) defaultStack() operate.Stack {
	return operate.Stack(cmp.Or(p.getenv("LARKBRIDGE_STACK"), "larkbridge"))
}

// stackFlag adds the flag --stack to a command and returns its value.
func (p program) stackFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("stack", string(p.defaultStack()), "the `name` of the stack (LARKBRIDGE_STACK)")
}
