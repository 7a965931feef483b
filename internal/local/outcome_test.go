package local

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/send"
)

func TestShowOutcome(t *testing.T) {
	now := time.Unix(1, 0)
	ctx := withRequestInfo(t.Context(), requestInfo{start: now.Add(-1500 * time.Microsecond)})
	message := &lark.Event{Type: "a"}
	for name, tt := range map[string]struct {
		outcome gateway.Outcome
		want    []Step
	}{
		"published": {
			gateway.Outcome{Result: gateway.Published, Status: 200, Event: message},
			[]Step{{now, StepReply, "200 published", "(1.5 ms)", false}},
		},
		"a duplicate": {
			gateway.Outcome{Result: gateway.Duplicate, Status: 200, Event: message},
			[]Step{{now, StepReply, "200 duplicate", "a (1.5 ms)", false}},
		},
		"refused with its reason": {
			gateway.Outcome{Result: gateway.Refused, Status: 401, Err: errors.New("why")},
			[]Step{{now, StepReply, "401 refused", "why (1.5 ms)", true}},
		},
		"a problem": {
			gateway.Outcome{Result: gateway.Published, Status: 200, Event: message, Problems: []gateway.Problem{
				{Metric: metric.MarkFailed, Message: "not marked", Err: errors.New("why")},
			}},
			[]Step{{now, StepNote, "not marked", "why", true}, {now, StepReply, "200 published", "(1.5 ms)", false}},
		},
	} {
		var got []Step
		showOutcome(func(s Step) { got = append(got, s) }, func() time.Time { return now })(ctx, tt.outcome)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, tt.want)
		}
	}
}

func TestSendStep(t *testing.T) {
	now := time.Unix(1, 0)
	for name, c := range map[string]struct {
		outcome send.Outcome
		want    Step
	}{
		"sent":        {send.Outcome{Result: send.Result{OK: true}, Duration: 3 * time.Millisecond}, Step{now, StepSend, "done", "(3 ms)", false}},
		"sent before": {send.Outcome{Result: send.Result{OK: true, Replayed: true}}, Step{now, StepSend, "done before", "(0 ms)", false}},
		"not sent":    {send.Outcome{Result: send.Result{Error: &lark.Error{Kind: lark.KindQuota, Msg: "no more"}}}, Step{now, StepSend, "quota", "no more", true}},
	} {
		if got := sendStep(now, c.outcome); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}
