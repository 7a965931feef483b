package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/internal/pattern"
	"github.com/larkbridge/larkbridge/internal/printable"
)

// tailPause is the time between two looks at the bus of the local run.
const tailPause = 300 * time.Millisecond

// newTail returns the command tail.
func (p program) newTail() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Show what comes on the bus from now on",
		Long: `Shows each event that comes on the bus, of the local run or of a stack, until
Ctrl-C. For a stack it makes a rule and a queue, <stack>-tail-…, and removes both
when it ends, however it ends; only if it is killed do they stay.` + accountHelp,
		Example: `  larkbridge tail --json | jq .detail.message.text
  larkbridge tail --stack larkbridge --pattern '{"source":["lark"]}'`,
		Args:    noArguments,
		GroupID: groupLocal,
	}
	target := p.targetFlags(cmd)
	eventPattern := cmd.Flags().String("pattern", "", "show only events that match this EventBridge `pattern`")
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		show := func(event json.RawMessage) error { return p.print(busEvent(event), *asJSON) }
		if *eventPattern != "" {
			matcher, err := pattern.Compile([]byte(*eventPattern))
			if err != nil {
				return misused(cmd, "--pattern: %v", err)
			}
			if target.stack == "" { // a stack's rule has the pattern
				show = matching(matcher, show)
			}
		}
		if target.stack == "" {
			return target.local().Follow(cmd.Context(), tailPause, p.tailReady, show)
		}
		return p.tailStack(cmd.Context(), target.stack, *eventPattern, show)
	}
	return cmd
}

// tailReady says that events are shown from now on.
func (p program) tailReady() {
	fmt.Fprintln(p.err, "Events show here as they come. Ctrl-C stops.")
}

// tailStack follows the bus of a stack.
func (p program) tailStack(ctx context.Context, stack, eventPattern string, show func(json.RawMessage) error) error {
	a, err := p.connect(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.err, "Making a rule and a queue …")
	tail := operate.Tail{
		Stack: operate.Stack(stack), Pattern: eventPattern, Events: eventbridge.NewFromConfig(a.config), Queues: sqs.NewFromConfig(a.config),
		Ready: p.tailReady, Show: show,
	}
	return tail.Follow(ctx)
}

// matching returns a function that shows only events that match the pattern.
func matching(matcher *pattern.Pattern, show func(json.RawMessage) error) func(json.RawMessage) error {
	return func(event json.RawMessage) error {
		matches, err := matcher.Match(event)
		if err != nil || !matches {
			return err
		}
		return show(event)
	}
}

// busEvent is an event as EventBridge delivers it.
type busEvent json.RawMessage

// MarshalJSON returns the event.
func (e busEvent) MarshalJSON() ([]byte, error) { return e, nil }

// Write writes the event as one line: its time, type, source and text.
func (e busEvent) Write(w io.Writer) {
	var about struct {
		Time       time.Time
		DetailType string `json:"detail-type"`
		Source     string
		Detail     struct {
			App     string
			Message struct{ Text string }
		}
	}
	if json.Unmarshal(e, &about) != nil {
		fmt.Fprintln(w, printable.Text(string(e)))
		return
	}
	line := fmt.Sprintf("%s  %-44s  %s", about.Time.Local().Format(time.TimeOnly), about.DetailType, about.Source)
	if about.Detail.App != "" {
		line += ", app " + about.Detail.App
	}
	if about.Detail.Message.Text != "" {
		line += ": " + about.Detail.Message.Text
	}
	fmt.Fprintln(w, printable.Text(line))
}
