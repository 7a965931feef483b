package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/operate"
)

// newDLQ returns the command dlq.
func (p program) newDLQ() *cobra.Command {
	list := p.newDeadLetters("list", "Say how many requests were given up",
		"Says how many requests are in each dead-letter queue, and since when.",
		func(l *operate.DeadLetters, ctx context.Context) (result, error) { return l.List(ctx) })
	redrive := p.newDeadLetters("redrive", "Try all of them again",
		"Tries all requests of the dead-letter queues again. It may be repeated at any\ntime: what was sent is not sent twice.",
		func(l *operate.DeadLetters, ctx context.Context) (result, error) { return l.Redrive(ctx) })
	n := 10
	show := p.newDeadLetters("show", "Show them and why they were given up",
		"Shows requests of each dead-letter queue, without secrets, and why they were\ngiven up.",
		func(l *operate.DeadLetters, ctx context.Context) (result, error) { return l.Show(ctx, n) })
	show.Flags().IntVarP(&n, "number", "n", n, "show up to this `number` of each queue")
	cmd := group("dlq", "Look at the requests that send gave up, or try them again",
		"The requests that send gave up are in the stack's two dead-letter queues.", list, show, redrive)
	cmd.GroupID = groupStack
	return cmd
}

// newDeadLetters returns a command that does something with the dead letters of a stack.
func (p program) newDeadLetters(name, short, long string, do func(*operate.DeadLetters, context.Context) (result, error)) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short, Long: long + accountHelp, Args: noArguments}
	stack, asJSON := p.stackFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		a, err := p.connect(cmd.Context())
		if err != nil {
			return err
		}
		got, err := do(&operate.DeadLetters{Stack: operate.Stack(*stack), Queues: sqs.NewFromConfig(a.config), Now: p.now}, cmd.Context())
		if err != nil {
			return err
		}
		return p.print(got, *asJSON)
	}
	return cmd
}
