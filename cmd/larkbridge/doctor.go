package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/internal/printable"
	"github.com/larkbridge/larkbridge/lib/store"
	"github.com/larkbridge/larkbridge/lib/wire"
)

// newDoctor returns the command doctor. A check that fails is a failure.
func (p program) newDoctor() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check a deployed stack",
		Long: `Checks a deployed stack: the settings, the two URLs with a challenge and a
signed test event (its type on the bus is ` + operate.TypeDoctor + `), the clock, the
send function, what Lark says about the app, the account's limits, the bus and
the queues. Each finding comes with its fix. URLs and
prefix are the stack's outputs in CloudFormation; flags replace them.` + accountHelp,
		Args:    noArguments,
		GroupID: groupStack,
	}
	stack := p.stackFlag(cmd)
	var given operate.Outputs
	cmd.Flags().StringVar(&given.Prefix, "prefix", "", "the `path` of the settings in Parameter Store (default that of the stack)")
	cmd.Flags().StringVar(&given.EventURL, "event-url", "", "the `URL` of the events (default the stack's output EventUrl)")
	cmd.Flags().StringVar(&given.CardURL, "card-url", "", "the `URL` of the callbacks (default the stack's output CardUrl)")
	asJSON := jsonFlag(cmd)
	onlyApp := cmd.Flags().String("app", "", "check the app of this `name` only")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		a, err := p.connect(cmd.Context())
		if err != nil {
			return err
		}
		d, err := p.doctor(cmd.Context(), a, operate.Stack(*stack), given)
		if err != nil {
			return err
		}
		d.Only = *onlyApp
		return p.check(cmd.Context(), d, *asJSON)
	}
	return cmd
}

// check makes the checks and prints the findings, one line of JSON for each with asJSON.
func (p program) check(ctx context.Context, d *operate.Doctor, asJSON bool) error {
	counts := map[operate.Status]int{}
	var failed error
	d.Show = func(f operate.Finding) {
		counts[f.Status]++
		failed = cmp.Or(failed, p.print(f, asJSON))
	}
	d.Check(ctx)
	switch {
	case failed != nil:
		return failed
	case asJSON && counts[operate.Fail] > 0:
		return errReported
	case asJSON:
		return nil
	}
	fmt.Fprintf(p.out, "\n%d ok, %d failed, %d skipped\n", counts[operate.OK], counts[operate.Fail], counts[operate.Skip])
	if counts[operate.Fail] > 0 {
		return errReported
	}
	return nil
}

// doctor returns the checks of a stack. It takes from the outputs of the stack what is
// not given. It returns an error if there is no stack to check.
func (p program) doctor(ctx context.Context, a account, stack operate.Stack, given operate.Outputs) (*operate.Doctor, error) {
	found, err := operate.FindOutputs(ctx, a.config, stack)
	switch {
	case errors.Is(err, operate.ErrNotDeployed):
		return nil, err
	case err != nil:
		fmt.Fprintf(p.err, "The stack's outputs cannot be read, so only the flags count: %s\n", printable.Text(err.Error()))
	}
	given.EventURL = cmp.Or(given.EventURL, found.EventURL)
	given.CardURL = cmp.Or(given.CardURL, found.CardURL)
	given.Prefix = cmp.Or(given.Prefix, found.Prefix, stack.Prefix())
	return &operate.Doctor{
		Stack: stack, Prefix: given.Prefix, EventURL: given.EventURL, CardURL: given.CardURL, Parameters: found.Parameters,
		Settings: store.NewSSM(ssm.NewFromConfig(a.config), given.Prefix),
		HTTP:     wire.LarkHTTP(),
		Queues:   sqs.NewFromConfig(a.config),
		Buses:    eventbridge.NewFromConfig(a.config),
		Send:     a.lambda(),
		Limits:   lambda.NewFromConfig(a.config),
		Now:      p.now,
	}, nil
}
