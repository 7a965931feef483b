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

// account holds how the user's AWS account is reached: the SDK's configuration, the
// environment and the clock.
type account struct {
	config aws.Config
	getenv func(string) string
	now    func() time.Time
}

// connect finds the region and the credentials where the AWS CLI finds them: in the
// environment, in its files and in its login. It returns an error if there is no region.
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

// defaultPrefix is the prefix of the settings if ParameterPrefix in template.yaml is not
// changed.
const defaultPrefix = "/larkbridge"

// flagSet returns an empty set of flags for a command whose help begins with usage.
func (c command) flagSet(name, usage string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(c.err)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage, accountUsage, "\n")
		flags.PrintDefaults()
	}
	return flags
}

// stackFlag adds the flag --stack and returns its value.
func (c command) stackFlag(flags *flag.FlagSet) *string {
	return flags.String("stack", cmp.Or(c.getenv("LARKBRIDGE_STACK"), "larkbridge"), "the `name` of the stack (LARKBRIDGE_STACK)")
}

// usageCode returns the exit code after arguments that could not be read. The flags have
// printed what is wrong with them.
func usageCode(err error) int {
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	return exitUsage
}
