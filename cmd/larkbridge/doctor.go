package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/store"
	"github.com/larkbridge/larkbridge/lib/wire"
)

const doctorUsage = `Usage: larkbridge doctor [flags]

Checks a deployed stack: the settings, the two URLs with a challenge and a
signed test event (its type on the bus is ` + operate.TypeDoctor + `), the clock, the
send function, the bus and the queues. Each finding comes with its fix. URLs and
prefix are the stack's outputs in CloudFormation; flags replace them.
`

// doctor runs the command doctor and returns the exit code: a check that fails is a
// failure.
func (c command) doctor(ctx context.Context, args []string) int {
	flags := c.flagSet("doctor", doctorUsage)
	stack := c.stackFlag(flags)
	var given operate.Outputs
	flags.StringVar(&given.Prefix, "prefix", "", "the `path` of the settings in Parameter Store (default that of the stack)")
	flags.StringVar(&given.EventURL, "event-url", "", "the `URL` of the events (default the stack's output EventUrl)")
	flags.StringVar(&given.CardURL, "card-url", "", "the `URL` of the callbacks (default the stack's output CardUrl)")
	only := flags.String("app", "", "check the app of this `name` only")
	if argument, err := parse(flags, args); err != nil || argument != "" {
		if err == nil {
			flags.Usage()
		}
		return usageCode(err)
	}
	a, err := c.connect(ctx)
	if err != nil {
		return c.fail(err)
	}
	d := c.newDoctor(ctx, a, operate.Stack(*stack), given)
	d.Only = *only
	counts := map[operate.Status]int{}
	d.Show = func(f operate.Finding) {
		counts[f.Status]++
		f.Write(c.out)
	}
	d.Check(ctx)
	fmt.Fprintf(c.out, "\n%d ok, %d failed, %d skipped\n", counts[operate.OK], counts[operate.Fail], counts[operate.Skip])
	if counts[operate.Fail] > 0 {
		return exitFailed
	}
	return exitOK
}

// newDoctor returns the checks of a stack. It takes from the outputs of the stack what
// is not given.
func (c command) newDoctor(ctx context.Context, a account, stack operate.Stack, given operate.Outputs) *operate.Doctor {
	if given.Prefix == "" || given.EventURL == "" || given.CardURL == "" {
		found, err := a.outputs(ctx, stack)
		if err != nil {
			fmt.Fprintf(c.err, "The stack's outputs cannot be read, so only the flags count: %v\n", err)
		}
		given = operate.Outputs{
			EventURL: cmp.Or(given.EventURL, found.EventURL),
			CardURL:  cmp.Or(given.CardURL, found.CardURL),
			Prefix:   cmp.Or(given.Prefix, found.Prefix, defaultPrefix),
		}
	}
	return &operate.Doctor{
		Stack: stack, Prefix: given.Prefix, EventURL: given.EventURL, CardURL: given.CardURL,
		Settings: store.NewSSM(ssm.NewFromConfig(a.config), given.Prefix),
		HTTP:     wire.LarkHTTP(),
		Queues:   sqs.NewFromConfig(a.config),
		Buses:    eventbridge.NewFromConfig(a.config),
		Send:     a.lambda(),
		Now:      c.now,
	}
}
