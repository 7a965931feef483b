package local

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send"
)

func TestLogMakesSteps(t *testing.T) {
	now := time.Unix(1, 0)
	cases := map[string]struct {
		log  func(*slog.Logger)
		want []Step
	}{
		"a warning": {func(l *slog.Logger) { l.Warn("away", "error", "why") }, []Step{{now, StepNote, "away", "why", true}}},
		"chatter":   {func(l *slog.Logger) { l.Info("hello") }, nil},
	}
	for name, c := range cases {
		var got []Step
		c.log(slog.New(stepLog{func(s Step) { got = append(got, s) }, func() time.Time { return now }}))
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

func TestOutcomeOfASendMakesAStep(t *testing.T) {
	now := time.Unix(1, 0)
	for name, c := range map[string]struct {
		outcome send.Outcome
		want    Step
	}{
		"sent":        {send.Outcome{Result: send.Result{OK: true}, Duration: 3 * time.Millisecond}, Step{now, StepSend, "done", "(3 ms)", false}},
		"sent before": {send.Outcome{Result: send.Result{OK: true, Replayed: true}}, Step{now, StepSend, "done before", "(0 ms)", false}},
		"not sent":    {send.Outcome{Result: send.Result{Error: &lark.Error{Kind: lark.KindQuota, Msg: "no more"}}}, Step{now, StepSend, "quota", "no more", true}},
	} {
		if got := sent(now, c.outcome); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}
