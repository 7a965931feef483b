package operate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// Replays is the part of the EventBridge client that [Replay] uses.
type Replays interface {
	Buses
	ListRules(context.Context, *eventbridge.ListRulesInput, ...func(*eventbridge.Options)) (*eventbridge.ListRulesOutput, error)
	StartReplay(context.Context, *eventbridge.StartReplayInput, ...func(*eventbridge.Options)) (*eventbridge.StartReplayOutput, error)
	DescribeReplay(context.Context, *eventbridge.DescribeReplayInput, ...func(*eventbridge.Options)) (*eventbridge.DescribeReplayOutput, error)
}

// Replay puts archived events onto a bus again.
type Replay struct {
	Events  Replays
	Stack   Stack
	Archive string   // "" for the only one of the bus
	Rules   []string // the names of those that see the events again; none for all
	Out     io.Writer
}

// Start starts the replay of a window. Its name says what is replayed, so that
// EventBridge itself refuses to replay the same twice; here that is no error.
func (r *Replay) Start(ctx context.Context, w Window) error {
	name := r.Stack.Bus()
	bus, err := r.Events.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{Name: &name})
	if err != nil {
		return fmt.Errorf("bus %s: %s%s", name, reason(err), needs(err, "events:DescribeEventBus"))
	}
	archive, err := r.archive(ctx, text(bus.Arn))
	if err != nil {
		return err
	}
	if begin := aws.ToTime(archive.CreationTime); w.From.Before(begin) {
		fmt.Fprintf(r.Out, "The archive begins at %s.\n", begin.UTC().Format(time.RFC3339))
	}
	rules, err := r.rules(ctx)
	if err != nil {
		return err
	}
	arn := archiveARN(text(bus.Arn), text(archive.ArchiveName))
	replay := replayName(w, arn, r.Rules)
	_, err = r.Events.StartReplay(ctx, &eventbridge.StartReplayInput{
		ReplayName: &replay, EventSourceArn: &arn, EventStartTime: &w.From, EventEndTime: &w.To,
		Destination: &types.ReplayDestination{Arn: bus.Arn, FilterArns: rules},
	})
	var known *types.ResourceAlreadyExistsException
	switch {
	case errors.As(err, &known):
		return r.again(ctx, replay)
	case err != nil:
		return fmt.Errorf("starting the replay: %s%s", reason(err), needs(err, "events:StartReplay"))
	}
	fmt.Fprintf(r.Out, "Replay %s has started: the events from %s to %s. Rules that see them: %d.\n",
		replay, w.From.Format(time.RFC3339), w.To.Format(time.RFC3339), len(rules))
	fmt.Fprint(r.Out, "Each carries \"replay-name\": the pattern {\"replay-name\": [{\"exists\": false}]} ignores it.\n"+
		"detail.header.event_id is what it was the first time.\n")
	return nil
}

// again tells of a replay that there is already.
func (r *Replay) again(ctx context.Context, replay string) error {
	about, err := r.Events.DescribeReplay(ctx, &eventbridge.DescribeReplayInput{ReplayName: &replay})
	if err != nil {
		return fmt.Errorf("replay %s was started before, but cannot be looked at: %s%s", replay, reason(err), needs(err, "events:DescribeReplay"))
	}
	if about.State == types.ReplayStateFailed || about.State == types.ReplayStateCancelled {
		return fmt.Errorf("replay %s was started before and ended %s: %s; EventBridge keeps its name for 90 days: give --until a second more or less",
			replay, about.State, text(about.StateReason))
	}
	fmt.Fprintf(r.Out, "Replay %s was started before: it is %s, and not started again.\n", replay, about.State)
	return nil
}

// archive finds the archive by its name, or the only one of the bus.
func (r *Replay) archive(ctx context.Context, bus string) (types.Archive, error) {
	var found []types.Archive
	in := &eventbridge.ListArchivesInput{EventSourceArn: &bus}
	for {
		page, err := r.Events.ListArchives(ctx, in)
		if err != nil {
			return types.Archive{}, fmt.Errorf("looking for archives: %s%s", reason(err), needs(err, "events:ListArchives"))
		}
		found = append(found, page.Archives...)
		if in.NextToken = page.NextToken; in.NextToken == nil {
			break
		}
	}
	var names []string
	for _, a := range found {
		if r.Archive == text(a.ArchiveName) || r.Archive == "" && len(found) == 1 {
			return a, nil
		}
		names = append(names, text(a.ArchiveName))
	}
	slices.Sort(names)
	switch {
	case len(found) == 0:
		return types.Archive{}, errors.New("the bus has no archive: nothing was kept")
	case r.Archive == "":
		return types.Archive{}, fmt.Errorf("the bus has several archives: give --archive, one of %s", strings.Join(names, ", "))
	}
	return types.Archive{}, fmt.Errorf("the bus has no archive %s, but %s", r.Archive, strings.Join(names, ", "))
}

// archiveARN is that of an archive of the bus: they are in one place.
func archiveARN(bus, archive string) string {
	place, _, _ := strings.Cut(bus, ":event-bus/")
	return place + ":archive/" + archive
}

// replayName is the same for the same window, archive and rules.
func replayName(w Window, archive string, rules []string) string {
	const stamp = "20060102T150405Z"
	rules = slices.Sorted(slices.Values(rules))
	sum := sha256.Sum256([]byte(archive + "\n" + strings.Join(rules, "\n")))
	return "larkbridge-" + w.From.Format(stamp) + "-" + w.To.Format(stamp) + "-" + hex.EncodeToString(sum[:4])
}
