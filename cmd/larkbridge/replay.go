package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/larkbridge/larkbridge/internal/operate"
)

const replayUsage = `Usage: larkbridge replay --since <time> [flags]

Puts the events of a time onto the bus again, from the bus's archive. A time is
RFC 3339 or a duration back from now, such as 2h or 3d. The same replay is not
started twice. Rules that take requests to send do not see the events again
unless --rule names them.
`

// replay runs the command replay and returns the exit code.
func (c command) replay(ctx context.Context, args []string) int {
	flags := c.flagSet("replay", replayUsage)
	stack := c.stackFlag(flags)
	since := flags.String("since", "", "replay from this `time` on")
	until := flags.String("until", "", "replay up to this `time` (default now, less what may not be in the archive yet)")
	archive := flags.String("archive", "", "the `name` of the archive (default the only one of the bus)")
	var rules []string
	flags.Func("rule", "replay to the rule of this `name` only; may be given again", func(name string) error {
		rules = append(rules, name)
		return nil
	})
	argument, err := parse(flags, args)
	switch {
	case err != nil:
		return usageCode(err)
	case argument != "" || *since == "":
		flags.Usage()
		return exitUsage
	}
	window, err := operate.ParseWindow(*since, *until, c.now())
	if err != nil {
		return c.fail(err)
	}
	a, err := c.connect(ctx)
	if err != nil {
		return c.fail(err)
	}
	r := operate.Replay{Events: eventbridge.NewFromConfig(a.config), Stack: operate.Stack(*stack), Archive: *archive, Rules: rules, Out: c.out}
	if err := r.Start(ctx, window); err != nil {
		return c.fail(err)
	}
	fmt.Fprintf(c.out, "With --since %s --until %s and the same other flags it is the same replay.\n", window.From.Format(time.RFC3339), window.To.Format(time.RFC3339))
	return exitOK
}
