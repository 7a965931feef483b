package local

import (
	"log/slog"
	"slices"
	"testing"
	"time"
)

func TestLogMakesSteps(t *testing.T) {
	now := time.Unix(1, 0)
	ctx := t.Context()
	cases := map[string]struct {
		log  func(*slog.Logger)
		want []Step
	}{
		"sent": {
			func(l *slog.Logger) { l.InfoContext(ctx, "send", "ok", true, "ms", 3) },
			[]Step{{now, StepSend, "done", "(3 ms)", false}},
		},
		"sent before": {
			func(l *slog.Logger) { l.InfoContext(ctx, "send", "ok", true, "replayed", true, "ms", 3) },
			[]Step{{now, StepSend, "done before", "(3 ms)", false}},
		},
		"not sent": {
			func(l *slog.Logger) {
				l.WarnContext(ctx, "send", "ok", false, "ms", 3, "kind", "quota", "error", "no more")
			},
			[]Step{{now, StepSend, "quota", "no more", true}},
		},
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
