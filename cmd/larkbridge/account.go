package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/cloud"
)

const accountUsage = `
Credentials and region are those of the AWS CLI: AWS_PROFILE, AWS_REGION.
`

// account is the developer's access to AWS.
type account struct {
	config aws.Config
	getenv func(string) string
	now    func() time.Time
}

// connect finds region and credentials as the AWS CLI does: in the
// environment, in its files, from its login.
func (c command) connect(ctx context.Context) (account, error) {
	found, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return account{}, fmt.Errorf("finding region and credentials: %w", err)
	}
	if found.Region == "" {
		return account{}, errors.New("there is no region: set AWS_REGION, or AWS_PROFILE to a profile that has one")
	}
	return account{found, c.getenv, c.now}, nil
}

// endpoint is where the environment says that a service is that has no client
// here, "" for its own place.
func (a account) endpoint(service string) string {
	return cmp.Or(a.getenv("AWS_ENDPOINT_URL_"+service), aws.ToString(a.config.BaseEndpoint))
}

// lambda invokes functions.
func (a account) lambda() *cloud.Lambda {
	return cloud.NewLambda(a.config, a.endpoint("LAMBDA"), a.now)
}

// outputs are those of a stack.
func (a account) outputs(ctx context.Context, stack operate.Stack) (operate.Outputs, error) {
	return operate.FindOutputs(ctx, a.config, stack)
}

// defaultPrefix is that of template.yaml.
const defaultPrefix = "/larkbridge"

// flagSet makes the flags of a command whose help begins with usage.
func (c command) flagSet(name, usage string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(c.err)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage, accountUsage, "\n")
		flags.PrintDefaults()
	}
	return flags
}

// stackFlag adds the flag that names the stack.
func (c command) stackFlag(flags *flag.FlagSet) *string {
	return flags.String("stack", cmp.Or(c.getenv("LARKBRIDGE_STACK"), "larkbridge"), "the `name` of the stack (LARKBRIDGE_STACK)")
}

// usageCode is the exit code after arguments that could not be read. What is
// wrong with them has been said.
func usageCode(err error) int {
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	return exitUsage
}
