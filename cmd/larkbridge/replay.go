package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/operate"
)

// newReplay returns the command replay.
func (p program) newReplay() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "replay --since <time>",
		Short: "Put events of the past onto the bus again",
		Long: `Puts the events of a time onto the bus again, from the bus's archive. A time is
RFC 3339 or a duration back from now, such as 2h or 3d. The same replay is not
started twice. Rules that take requests to send do not see the events again
unless --rule names them.` + accountHelp,
		Example: "  larkbridge replay --since 2h",
		Args:    noArguments,
		GroupID: groupStack,
	}
	stack, asJSON := p.stackFlag(cmd), jsonFlag(cmd)
	since := cmd.Flags().String("since", "", "replay from this `time` on (required)")
	until := cmd.Flags().String("until", "", "replay up to this `time` (default now, less what may not be in the archive yet)")
	replay := &operate.Replay{}
	cmd.Flags().StringVar(&replay.Bus, "bus", "", "the `name` of the bus, if the stack has EventBusName (default the stack's own)")
	cmd.Flags().StringVar(&replay.Archive, "archive", "", "the `name` of the archive (default the only one of the bus)")
	cmd.Flags().StringArrayVar(&replay.Rules, "rule", nil, "replay to the rule of this `name` only; may be given again")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *since == "" {
			return misused(cmd, "give --since")
		}
		window, err := operate.ParseWindow(*since, *until, p.now())
		if err != nil {
			return misused(cmd, "%v", err)
		}
		replay.Stack = operate.Stack(*stack)
		return p.replay(cmd.Context(), replay, window, *asJSON)
	}
	return cmd
}

// replay starts a replay and prints what was started.
func (p program) replay(ctx context.Context, r *operate.Replay, window operate.Window, asJSON bool) error {
	a, err := p.connect(ctx)
	if err != nil {
		return err
	}
	r.Events = eventbridge.NewFromConfig(a.config)
	started, err := r.Start(ctx, window)
	if err != nil {
		return err
	}
	return p.print(started, asJSON)
}
