package local

import (
	"context"
	"fmt"
	"log/slog"
	"time"
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
	case r.Message == "send":
		h.show(sent(now, attrs))
	case r.Level >= slog.LevelWarn:
		h.show(Step{Time: now, Kind: StepNote, Subject: r.Message, Note: attrs["error"], Failed: true})
	}
	return nil
}

// sent is the outcome of a request to send.
func sent(now time.Time, attrs map[string]string) Step {
	step := Step{Time: now, Kind: StepSend, Subject: "done", Note: "(" + attrs["ms"] + " ms)"}
	if attrs["replayed"] == "true" {
		step.Subject = "done before"
	}
	if attrs["ok"] != "true" {
		step.Failed, step.Subject, step.Note = true, attrs["kind"], attrs["error"]
	}
	return step
}
