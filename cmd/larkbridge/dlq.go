package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/larkbridge/larkbridge/internal/operate"
)

const dlqUsage = `Usage: larkbridge dlq list|show|redrive [flags]

The requests that send gave up, in the stack's two queues of dead letters.

list     how many there are
show     what they are, without secrets, and why they were given up
redrive  try all of them again; may be repeated at any time
`

// dlq runs the command dlq and returns the exit code.
func (c command) dlq(ctx context.Context, args []string) int {
	flags := c.flagSet("dlq", dlqUsage)
	stack := c.stackFlag(flags)
	n := flags.Int("n", 10, "show up to this `number` of each queue")
	what, err := parse(flags, args)
	if err != nil {
		return usageCode(err)
	}
	do, ok := map[string]func(*operate.DeadLetters) error{
		"list":    func(l *operate.DeadLetters) error { return l.List(ctx) },
		"show":    func(l *operate.DeadLetters) error { return l.Show(ctx, *n) },
		"redrive": func(l *operate.DeadLetters) error { return l.Redrive(ctx) },
	}[what]
	if !ok {
		fmt.Fprint(c.err, dlqUsage)
		return exitUsage
	}
	a, err := c.connect(ctx)
	if err != nil {
		return c.fail(err)
	}
	if err := do(&operate.DeadLetters{
		Stack: operate.Stack(*stack), Queues: sqs.NewFromConfig(a.config), Now: c.now, Out: c.out,
	}); err != nil {
		return c.fail(err)
	}
	return exitOK
}
