package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/internal/printable"
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
// environment, in its files and in its login. It returns an error if either is missing.
func (p program) connect(ctx context.Context) (account, error) {
	// The SDK would warn, in its own words, of each place without credentials.
	found, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}))
	if err != nil {
		return account{}, fmt.Errorf("finding region and credentials: %w", err)
	}
	if _, err := found.Credentials.Retrieve(ctx); err != nil {
		return account{}, errors.New("there are no valid AWS credentials: log in with the AWS CLI (aws login, aws sso login or aws configure), or set AWS_PROFILE")
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

// outputs returns the outputs of a stack. It prints why they cannot be read.
func (p program) outputs(ctx context.Context, a account, stack operate.Stack) operate.Outputs {
	found, err := operate.FindOutputs(ctx, a.config, stack)
	if err != nil {
		fmt.Fprintf(p.err, "The stack's outputs are not known: %s\n", printable.Text(err.Error()))
	}
	found.Prefix = cmp.Or(found.Prefix, stack.Prefix())
	return found
}

// stackFlag adds the flag --stack to a command and returns its value.
func (p program) stackFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("stack", cmp.Or(p.getenv("LARKBRIDGE_STACK"), "larkbridge"), "the `name` of the stack (LARKBRIDGE_STACK)")
}
