package local

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/larkbridge/larkbridge/lib/send"
)

// stepLog is a slog.Handler that makes steps of the lines that send logs. Other
// lines show from the level of a warning.
type stepLog struct {
	show func(Step)
	now  func() time.Time
}

// Enabled takes everything: the lines of requests are told by their message.
func (stepLog) Enabled(context.Context, slog.Level) bool { return true }

// WithAttrs and WithGroup lose what they add: nothing shown here needs it.
func (h stepLog) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h stepLog) WithGroup(string) slog.Handler      { return h }

// Handle shows a line.
func (h stepLog) Handle(_ context.Context, r slog.Record) error {
	attrs := map[string]string{}
	r.Attrs(func(a slog.Attr) bool {
		attrs[a.Key] = fmt.Sprint(a.Value.Resolve().Any())
		return true
	})
	now := h.now()
	switch {
	case r.Level >= slog.LevelWarn:
		h.show(Step{Time: now, Kind: StepNote, Subject: r.Message, Note: attrs["error"], Failed: true})
	}
	return nil
}

// sent returns the step for the outcome of a request to send.
func sent(now time.Time, o send.Outcome) Step {
	step := Step{Time: now, Kind: StepSend, Subject: "done", Note: fmt.Sprintf("(%d ms)", o.Duration.Milliseconds())}
	if o.Replayed {
		step.Subject = "done before"
	}
	if o.Error != nil {
		step.Failed, step.Subject, step.Note = true, string(o.Error.Kind), o.Error.Msg
	}
	return step
}
