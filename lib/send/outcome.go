package send

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// Outcome is what became of one request.
type Outcome struct {
	request.Correlation
	Result

	Source string // how the request came: invoke, sqs, sns, eventbridge, destination or notice
	ID     string // the request's idempotency key, "" for none
	App    string // "" if the request could not be read
	Verb   string // "" if the request is wrong
	Target string // whom it reaches, "" for nobody in particular

	Final    bool          // false if the request comes again later
	Called   bool          // whether Lark was called
	Duration time.Duration // of all
	Lark     time.Duration // in calls to Lark, with their tokens and files
	Waited   time.Duration // until the request was due, for its turn, and between calls
}

// finish observes the result of an execution and reports it on the bus, unless
// the request comes again.
func (s *Sender) finish(ctx context.Context, x *execution, r Result) Result {
	r.asOutput = x.req != nil && x.req.OnError == "return"
	o := s.observe(ctx, x, r)
	if !o.Final {
		return r
	}
	if err := s.report(ctx, o); err != nil {
		s.Count(metric.ResultLost)
		s.Log.ErrorContext(ctx, "the result is not on the bus", "error", err)
		r.unreported = true
	}
	return r
}

// observe makes the outcome of an execution known.
func (s *Sender) observe(ctx context.Context, x *execution, r Result) Outcome {
	o := Outcome{Result: r, Source: x.source, ID: x.id, Final: !(x.async && r.comesBack()), Called: x.called,
		Duration: s.Now().Sub(x.start), Lark: x.lark, Waited: x.waited}
	if x.req != nil {
		o.App, o.Correlation = x.req.App, x.req.Correlation
	}
	if x.plan != nil {
		o.Verb, o.Target = x.plan.Verb, x.plan.Target
	}
	if s.Observe != nil {
		s.Observe(ctx, o)
	} else {
		o.Log(ctx, s.Log)
		o.count(s.Count)
	}
	return o
}

// maxLoggedID is as much of a request's id as a log line has.
const maxLoggedID = 128

// Log writes the outcome as one line.
func (o Outcome) Log(ctx context.Context, log *slog.Logger) {
	args := []any{"ok", o.OK, "source", o.Source, "ms", o.Duration.Milliseconds()}
	if o.Called {
		args = append(args, "lark_ms", o.Lark.Milliseconds())
	}
	if wait := o.Waited.Milliseconds(); wait > 0 {
		args = append(args, "wait_ms", wait)
	}
	for _, f := range []struct{ name, value string }{
		{"id", lark.Truncate(o.ID, maxLoggedID)}, {"app", o.App}, {"verb", o.Verb},
		{"trace_id", o.TraceID}, {"correlation_id", o.CorrelationID}, {"log_id", o.LogID},
	} {
		if f.value != "" {
			args = append(args, f.name, f.value)
		}
	}
	if o.Replayed {
		args = append(args, "replayed", true)
	}
	level := slog.LevelInfo
	if e := o.Error; e != nil {
		level = slog.LevelWarn
		args = append(args, "kind", e.Kind, "code", e.Code, "retryable", e.Retryable, "error", e.Msg)
	}
	log.Log(ctx, level, "send", args...)
}

// count counts the failures that an operator can do something about.
func (o Outcome) count(count func(metric.Name)) {
	if o.Error == nil {
		return
	}
	switch o.Error.Kind {
	case lark.KindThrottled:
		count(metric.Throttled)
	case lark.KindAuth:
		count(metric.TokenFailed)
	}
	if o.Final {
		count(metric.SendFailed)
	}
}

// report puts an outcome on the bus, so that workflows can wait for it.
func (s *Sender) report(ctx context.Context, o Outcome) error {
	type detail struct {
		request.Correlation
		ID     string  `json:"id"`
		Source string  `json:"source"`
		App    string  `json:"app,omitempty"`
		Verb   string  `json:"verb,omitempty"`
		Target *string `json:"target,omitempty"`
		Result Result  `json:"result"`
	}
	d := detail{Correlation: o.Correlation, ID: o.ID, Source: o.Source, App: o.App, Verb: o.Verb, Result: o.slim()}
	if o.Verb != "" {
		d.Target = &o.Target // "" is one, too
	}
	doc, err := json.Marshal(d)
	if err != nil {
		return err
	}
	entry := bus.Entry{Source: bus.SendSource, DetailType: "Lark Send Succeeded", Detail: doc}
	if !o.OK {
		entry.DetailType = "Lark Send Failed"
	}
	_, err = s.Results.Publish(ctx, entry)
	return err
}
