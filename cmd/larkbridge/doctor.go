package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/operate"
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
send function, the bus and the queues. Each finding comes with its fix. URLs and
prefix are the stack's outputs in CloudFormation; flags replace them.` + accountHelp,
		Args:    noArguments,
		GroupID: groupStack,
	}
	stack := p.stackFlag(cmd)
	var given operate.Outputs
	cmd.Flags().StringVar(&given.Prefix, "prefix", "", "the `path` of the settings in Parameter Store (default that of the stack)")
	cmd.Flags().StringVar(&given.EventURL, "event-url", "", "the `URL` of the events (default the stack's output EventUrl)")
	cmd.Flags().StringVar(&given.CardURL, "card-url", "", "the `URL` of the callbacks (default the stack's output CardUrl)")
	only := cmd.Flags().String("app", "", "check the app of this `name` only")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		a, err := p.connect(cmd.Context())
		if err != nil {
			return err
		}
		d := p.doctor(cmd.Context(), a, operate.Stack(*stack), given)
		d.Only = *only
		return p.check(cmd.Context(), d)
	}
	return cmd
}

// check makes the checks and prints the findings.
func (p program) check(ctx context.Context, d *operate.Doctor) error {
	counts := map[operate.Status]int{}
	d.Show = func(f operate.Finding) {
		counts[f.Status]++
		f.Write(p.out)
	}
	d.Check(ctx)
	fmt.Fprintf(p.out, "\n%d ok, %d failed, %d skipped\n", counts[operate.OK], counts[operate.Fail], counts[operate.Skip])
	if counts[operate.Fail] > 0 {
		return errReported
	}
	return nil
}

// doctor returns the checks of a stack. It takes from the outputs of the stack what is
// not given.
func (p program) doctor(ctx context.Context, a account, stack operate.Stack, given operate.Outputs) *operate.Doctor {
	if given.Prefix == "" || given.EventURL == "" || given.CardURL == "" {
		found, err := a.outputs(ctx, stack)
		if err != nil {
			fmt.Fprintf(p.err, "The stack's outputs cannot be read, so only the flags count: %v\n", err)
		}
		given = operate.Outputs{
			EventURL: cmp.Or(given.EventURL, found.EventURL),
			CardURL:  cmp.Or(given.CardURL, found.CardURL),
			Prefix:   cmp.Or(given.Prefix, found.Prefix, stack.Prefix()),
		}
	}
	return &operate.Doctor{
		Stack: stack, Prefix: given.Prefix, EventURL: given.EventURL, CardURL: given.CardURL,
		Settings: store.NewSSM(ssm.NewFromConfig(a.config), given.Prefix),
		HTTP:     wire.LarkHTTP(),
		Queues:   sqs.NewFromConfig(a.config),
		Buses:    eventbridge.NewFromConfig(a.config),
		Send:     a.lambda(),
		Now:      p.now,
	}
}
