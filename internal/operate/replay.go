package operate

import (
	"cmp"
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

// Replay replays archived events onto a bus.
type Replay struct {
	Events  Replays
	Stack   Stack
	Bus     string   // "" for the stack's own
	Archive string   // "" for the only one of the bus
	Rules   []string // the names of the rules that get the events; none means all
}

// StartedReplay is a replay that was started now or before.
type StartedReplay struct {
	Name  string    `json:"name"`
	State string    `json:"state"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	// Rules is how many rules see the events, 0 if the replay was started before.
	Rules         int       `json:"rules,omitempty"`
	ArchiveBegins time.Time `json:"archive_begins,omitzero"` // if that is after From
	Before        bool      `json:"started_before,omitempty"`
}

// Write writes what was started as text.
func (s StartedReplay) Write(w io.Writer) {
	if !s.ArchiveBegins.IsZero() {
		fmt.Fprintf(w, "The archive begins at %s.\n", s.ArchiveBegins.Format(time.RFC3339))
	}
	if s.Before {
		fmt.Fprintf(w, "Replay %s was started before: it is %s, and not started again.\n", s.Name, s.State)
	} else {
		fmt.Fprintf(w, "Replay %s has started: the events from %s to %s. Rules that see them: %d.\n",
			s.Name, s.From.Format(time.RFC3339), s.To.Format(time.RFC3339), s.Rules)
		fmt.Fprint(w, "Each carries \"replay-name\": the pattern {\"replay-name\": [{\"exists\": false}]} ignores it.\n"+
			"detail.header.event_id is what it was the first time.\n")
	}
	fmt.Fprintf(w, "With --since %s --until %s and the same other flags it is the same replay.\n", s.From.Format(time.RFC3339), s.To.Format(time.RFC3339))
}

// Start starts the replay of a window. The replay's name is derived from what is
// replayed, so that EventBridge refuses to start the same replay twice; Start then
// returns the first one.
func (r *Replay) Start(ctx context.Context, w Window) (StartedReplay, error) {
	started := StartedReplay{From: w.From, To: w.To}
	name := cmp.Or(r.Bus, r.Stack.Bus())
	bus, err := r.Events.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{Name: &name})
	if err != nil {
		return started, fmt.Errorf("bus %s: %s%s", name, reason(err), needs(err, "events:DescribeEventBus"))
	}
	archive, err := r.archive(ctx, text(bus.Arn))
	if err != nil {
		return started, err
	}
	if begin := aws.ToTime(archive.CreationTime); w.From.Before(begin) {
		started.ArchiveBegins = begin.UTC()
	}
	rules, err := r.rules(ctx)
	if err != nil {
		return started, err
	}
	arn := archiveARN(text(bus.Arn), text(archive.ArchiveName))
	started.Name = replayName(w, arn, r.Rules)
	_, err = r.Events.StartReplay(ctx, &eventbridge.StartReplayInput{
		ReplayName: &started.Name, EventSourceArn: &arn, EventStartTime: &w.From, EventEndTime: &w.To,
		Destination: &types.ReplayDestination{Arn: bus.Arn, FilterArns: rules},
	})
	var known *types.ResourceAlreadyExistsException
	switch {
	case errors.As(err, &known):
		started.Before = true
		started.State, err = r.stateOf(ctx, started.Name)
		return started, err
	case err != nil:
		return started, fmt.Errorf("starting the replay: %s%s", reason(err), needs(err, "events:StartReplay"))
	}
	started.State, started.Rules = string(types.ReplayStateStarting), len(rules)
	return started, nil
}

// stateOf returns the state of a replay that was started before.
func (r *Replay) stateOf(ctx context.Context, replay string) (string, error) {
	about, err := r.Events.DescribeReplay(ctx, &eventbridge.DescribeReplayInput{ReplayName: &replay})
	if err != nil {
		return "", fmt.Errorf("replay %s was started before, but cannot be looked at: %s%s", replay, reason(err), needs(err, "events:DescribeReplay"))
	}
	if about.State == types.ReplayStateFailed || about.State == types.ReplayStateCancelled {
		return "", fmt.Errorf("replay %s was started before and ended %s: %s; EventBridge keeps its name for 90 days: give --until a second more or less",
			replay, about.State, text(about.StateReason))
	}
	return string(about.State), nil
}

// archive returns the archive of the given name, or the only one of the bus.
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

// archiveARN returns the ARN of an archive, which is in the region and account of
// its bus.
func archiveARN(bus, archive string) string {
	place, _, _ := strings.Cut(bus, ":event-bus/")
	return place + ":archive/" + archive
}

// replayName returns a name that depends on window, archive and rules only.
func replayName(w Window, archive string, rules []string) string {
	const stamp = "20060102T150405Z"
	rules = slices.Sorted(slices.Values(rules))
	sum := sha256.Sum256([]byte(archive + "\n" + strings.Join(rules, "\n")))
	return "larkbridge-" + w.From.Format(stamp) + "-" + w.To.Format(stamp) + "-" + hex.EncodeToString(sum[:4])
}

// rules returns the ARNs of the rules that get the events again. Rules that match
// requests to send are left out unless they are named, because what was sent must
// not be sent once more.
func (r *Replay) rules(ctx context.Context) ([]string, error) {
	bus := cmp.Or(r.Bus, r.Stack.Bus())
	var arns, known []string
	in := &eventbridge.ListRulesInput{EventBusName: &bus}
	for {
		page, err := r.Events.ListRules(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("looking for rules: %s%s", reason(err), needs(err, "events:ListRules"))
		}
		for _, rule := range page.Rules {
			known = append(known, text(rule.Name))
			if r.wants(rule) {
				arns = append(arns, text(rule.Arn))
			}
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			break
		}
	}
	for _, name := range r.Rules {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("the bus has no rule %s, but %s", name, strings.Join(known, ", "))
		}
	}
	if len(arns) == 0 {
		return nil, errors.New("the bus has no rule that would see the events")
	}
	return arns, nil
}

// sendRequest is the detail type of a request to send.
const sendRequest = "Lark Send Request"

// wants reports whether a rule gets the events. It also leaves out the rules of
// the archives, which AWS manages.
func (r *Replay) wants(rule types.Rule) bool {
	if len(r.Rules) > 0 {
		return slices.Contains(r.Rules, text(rule.Name))
	}
	return text(rule.ManagedBy) == "" && !strings.Contains(text(rule.EventPattern), sendRequest)
}

// Window is the span of time to replay.
type Window struct{ From, To time.Time }

// archiveLag is how long an event may take into an archive
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html).
const archiveLag = 10 * time.Minute

// ParseWindow reads since and until, each a time in RFC 3339 or a duration
// back from now ("2h", "3d"); "" for until is now.
//
// Now is rounded down to ten minutes: younger events may not be in the archive yet,
// and the same command a minute later means the same window.
func ParseWindow(since, until string, now time.Time) (Window, error) {
	now = now.UTC().Truncate(archiveLag)
	from, err := parsePoint(since, now)
	if err != nil {
		return Window{}, fmt.Errorf("--since: %w", err)
	}
	to := now
	if until != "" {
		if to, err = parsePoint(until, now); err != nil {
			return Window{}, fmt.Errorf("--until: %w", err)
		}
	}
	switch {
	case !from.Before(to):
		return Window{}, fmt.Errorf("there is nothing between %s and %s", from.Format(time.RFC3339), to.Format(time.RFC3339))
	case to.After(now):
		return Window{}, fmt.Errorf("--until must be no later than %s: what is younger may not be in the archive yet", now.Format(time.RFC3339))
	}
	return Window{from, to}, nil
}

func parsePoint(text string, now time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC().Truncate(time.Second), nil
	}
	span := text
	days := 0
	if before, after, ok := strings.Cut(text, "d"); ok {
		if _, err := fmt.Sscanf(before+"\n", "%d\n", &days); err != nil || days < 0 {
			return time.Time{}, errPoint
		}
		span = after
	}
	back := time.Duration(days) * 24 * time.Hour
	if span != "" || text == "" {
		d, err := time.ParseDuration(span)
		if err != nil || d < 0 {
			return time.Time{}, errPoint
		}
		back += d
	}
	return now.Add(-back), nil
}

var errPoint = errors.New("want a time such as 2026-01-31T09:00:00Z, or how long ago, such as 2h or 3d")
