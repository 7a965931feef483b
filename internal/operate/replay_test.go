package operate_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/larkbridge/larkbridge/internal/operate"
)

// fakeEvents is EventBridge in memory, with one bus.
type fakeEvents struct {
	archives []string
	rules    []types.Rule
	err      error
	state    types.ReplayState // of a replay that is known
	started  []*eventbridge.StartReplayInput
}

const busARN = "arn:aws:events:us-east-1:1:event-bus/larkbridge"

func (e *fakeEvents) DescribeEventBus(context.Context, *eventbridge.DescribeEventBusInput, ...func(*eventbridge.Options)) (*eventbridge.DescribeEventBusOutput, error) {
	return &eventbridge.DescribeEventBusOutput{Arn: aws.String(busARN)}, e.err
}

// ListArchives gives one a page.
func (e *fakeEvents) ListArchives(_ context.Context, in *eventbridge.ListArchivesInput, _ ...func(*eventbridge.Options)) (*eventbridge.ListArchivesOutput, error) {
	out := &eventbridge.ListArchivesOutput{}
	at := max(0, slices.Index(e.archives, aws.ToString(in.NextToken)))
	if at < len(e.archives) {
		out.Archives = []types.Archive{{ArchiveName: &e.archives[at], State: "ENABLED", EventCount: 7, CreationTime: aws.Time(start.Add(-time.Hour))}}
	}
	if at+1 < len(e.archives) {
		out.NextToken = &e.archives[at+1]
	}
	return out, nil
}

func (e *fakeEvents) ListRules(context.Context, *eventbridge.ListRulesInput, ...func(*eventbridge.Options)) (*eventbridge.ListRulesOutput, error) {
	return &eventbridge.ListRulesOutput{Rules: e.rules}, nil
}

func (e *fakeEvents) StartReplay(_ context.Context, in *eventbridge.StartReplayInput, _ ...func(*eventbridge.Options)) (*eventbridge.StartReplayOutput, error) {
	if slices.ContainsFunc(e.started, func(s *eventbridge.StartReplayInput) bool { return *s.ReplayName == *in.ReplayName }) {
		return nil, &types.ResourceAlreadyExistsException{}
	}
	e.started = append(e.started, in)
	return &eventbridge.StartReplayOutput{}, nil
}

func (e *fakeEvents) DescribeReplay(context.Context, *eventbridge.DescribeReplayInput, ...func(*eventbridge.Options)) (*eventbridge.DescribeReplayOutput, error) {
	return &eventbridge.DescribeReplayOutput{State: e.state, StateReason: aws.String("why")}, nil
}

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func rule(name, pattern string) types.Rule {
	return types.Rule{Name: &name, Arn: aws.String("arn:" + name), EventPattern: &pattern}
}

func bridge() *fakeEvents {
	managed := rule("Events-Archive-kept", `{}`)
	managed.ManagedBy = aws.String("prod.vhs.events.aws.internal")
	return &fakeEvents{archives: []string{"kept"}, state: types.ReplayStateRunning, rules: []types.Rule{
		rule("deploys", `{"source":["lark"]}`), rule("SendRequests", `{"detail-type":["Lark Send Request"]}`), managed,
	}}
}

func TestReplay(t *testing.T) {
	e, out := bridge(), new(printed)
	r := operate.Replay{Events: e, Stack: "larkbridge"}
	w := operate.Window{From: start, To: start.Add(2 * time.Hour)}
	for range 2 {
		if err := out.add(r.Start(t.Context(), w)); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.started) != 1 || *e.started[0].EventSourceArn != "arn:aws:events:us-east-1:1:archive/kept" ||
		*e.started[0].Destination.Arn != busARN || !slices.Equal(e.started[0].Destination.FilterArns, []string{"arn:deploys"}) {
		t.Errorf("started were %+v", e.started)
	}
	name := *e.started[0].ReplayName
	if !strings.HasPrefix(name, "larkbridge-20261123T100000Z-20261123T120000Z-") || len(name) > 64 {
		t.Errorf("the name is %s", name)
	}
	for _, want := range []string{
		"Replay " + name + " has started: the events from 2026-11-23T10:00:00Z to 2026-11-23T12:00:00Z. Rules that see them: 1.\n",
		`{"replay-name": [{"exists": false}]}`,
		"Replay " + name + " was started before: it is RUNNING, and not started again.\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	r.Rules = []string{"SendRequests"}
	w.From = start.Add(-3 * time.Hour)
	if err := out.add(r.Start(t.Context(), w)); err != nil || !slices.Equal(e.started[1].Destination.FilterArns, []string{"arn:SendRequests"}) {
		t.Errorf("a named rule: %v, %+v", err, e.started)
	}
	if !strings.Contains(out.String(), "The archive begins at 2026-11-23T09:00:00Z.\n") {
		t.Error(out.String())
	}
}

func TestReplayErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*fakeEvents, *operate.Replay)
		want   string
	}{
		"no bus": {func(e *fakeEvents, _ *operate.Replay) { e.err = refusal("AccessDeniedException") }, "bus larkbridge: AccessDeniedException: no; your credentials need events:DescribeEventBus"},
		"no such bus": {func(e *fakeEvents, r *operate.Replay) {
			e.err, r.Bus = refusal("ResourceNotFoundException"), "company"
		}, "bus company: ResourceNotFoundException: no"},
		"no archive":       {func(e *fakeEvents, _ *operate.Replay) { e.archives = nil }, "the bus has no archive"},
		"several archives": {func(e *fakeEvents, _ *operate.Replay) { e.archives = []string{"b", "a"} }, "give --archive, one of a, b"},
		"another archive":  {func(_ *fakeEvents, r *operate.Replay) { r.Archive = "c" }, "the bus has no archive c, but kept"},
		"unknown rule":     {func(_ *fakeEvents, r *operate.Replay) { r.Rules = []string{"x"} }, "the bus has no rule x, but deploys, SendRequests"},
		"no rule":          {func(e *fakeEvents, _ *operate.Replay) { e.rules = e.rules[1:] }, "no rule that would see the events"},
	} {
		e := bridge()
		r := operate.Replay{Events: e, Stack: "larkbridge"}
		c.change(e, &r)
		if _, err := r.Start(t.Context(), operate.Window{From: start, To: start.Add(time.Hour)}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	e := bridge()
	e.state = types.ReplayStateFailed
	r := operate.Replay{Events: e, Stack: "larkbridge", Archive: "kept"}
	w := operate.Window{From: start, To: start.Add(time.Hour)}
	_, first := r.Start(t.Context(), w)
	_, second := r.Start(t.Context(), w)
	if err := errors.Join(first, second); err == nil || !strings.Contains(err.Error(), "ended FAILED: why; ") {
		t.Errorf("a replay that failed: %v", err)
	}
}

func TestReplayOnEventBridge(t *testing.T) {
	client, e := events(t), shared.Get(t)
	bus, err := e.CreateBus(t.Context(), "operate")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateArchive(t.Context(), &eventbridge.CreateArchiveInput{ArchiveName: aws.String("operate-kept"), EventSourceArn: &bus.ARN}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: &bus.Name, Source: aws.String("test"), DetailType: aws.String("x"), Detail: aws.String(`{"n":1}`),
	}}}); err != nil {
		t.Fatal(err)
	}
	r := operate.Replay{Events: client, Stack: "operate"}
	for range 2 {
		if _, err := r.Start(t.Context(), operate.Window{From: start, To: start.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := bus.Entries(t.Context())
	if err != nil || len(entries) != 2 { // the event and its one replay
		t.Errorf("%v, on the bus were %+v", err, entries)
	}
}

func TestParseWindow(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 7, 30, 0, time.UTC)
	for _, c := range []struct{ since, until, want string }{
		{"2h", "", "10:00:00Z 12:00:00Z"},
		{"2h", "30m", "10:00:00Z 11:30:00Z"},
		{"2026-11-23T12:00:00+02:00", "2026-11-23T10:00:01.5Z", "10:00:00Z 10:00:01Z"},
		{"0d2h", "", "10:00:00Z 12:00:00Z"},
		{"1d", "1d", "there is nothing between 2026-11-22T12:00:00Z and"},
		{"3d", "2d12h", "12:00:00Z 00:00:00Z"},
		{"2h", "2026-11-23T12:05:00Z", "--until must be no later than 2026-11-23T12:00:00Z"},
		{"", "", "--since: want a time"},
		{"2", "", "--since: want a time"},
		{"-2h", "", "--since: want a time"},
		{"xd", "", "--since: want a time"},
		{"1d-2h", "", "--since: want a time"},
		{"2h", "soon", "--until: want a time"},
	} {
		w, err := operate.ParseWindow(c.since, c.until, now)
		got := w.From.Format("15:04:05Z") + " " + w.To.Format("15:04:05Z")
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s to %s: got %s, want %s", c.since, c.until, got, c.want)
		}
	}
	a, _ := operate.ParseWindow("2h", "", now)
	b, err := operate.ParseWindow("2h", "", now.Add(2*time.Minute))
	if err != nil || a != b {
		t.Errorf("a little later it is %v, %v", b, err)
	}
}
