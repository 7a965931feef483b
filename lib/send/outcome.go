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
	metric.Record

	Source string // how the request came: invoke, sqs, sns, eventbridge, destination or notice
	ID     string // the request's idempotency key, "" for none
	Verb   string // "" if the request is wrong
	Target string // whom it reaches, "" for nobody in particular

	Final    bool          // false if the request comes again later
	Called   bool          // whether Lark was called
	Duration time.Duration // of all
	Lark     time.Duration // in calls to Lark, with their tokens and files
	Waited   time.Duration // until the request was due, for its turn, and between calls
}

// finish completes the outcome of an execution with its result.
func (x *execution) finish(r Result, now time.Time) *Outcome {
	o := &x.outcome
	o.Result, o.Source, o.ID, o.Final, o.Duration = r, x.source, x.id, !(x.async && r.comesBack()), now.Sub(x.start)
	if x.req != nil {
		o.App, o.Correlation = x.req.App, x.req.Correlation
	}
	if x.plan != nil {
		o.Verb, o.Target = x.plan.Verb, x.plan.Target
	}
	return o
}

// observe calls the observers with the outcome of an execution.
func (s *Sender) observe(ctx context.Context, x *execution, r Result) {
	o := x.finish(r, s.Now())
	o.countError()
	for range s.storeFailures.Swap(0) { // the client has logged them
		o.Add(metric.TokenStoreFailed)
	}
	for _, observe := range s.Observers {
		observe(ctx, *o)
	}
}

// Observer is called with the outcome of each request. It must be safe for
// concurrent use.
type Observer func(ctx context.Context, o Outcome)

// Count returns an observer that counts what an operator can do something about,
// by the metric and the name of the app; [metric.Counter.Count] counts.
func Count(count func(name metric.Name, app string)) Observer {
	return func(_ context.Context, o Outcome) { o.CountWith(count) }
}

// Log returns an observer that writes one line for each request, and one for
// each problem.
func Log(log *slog.Logger) Observer {
	return func(ctx context.Context, o Outcome) {
		o.LogProblems(ctx, log)
		o.log(ctx, log)
	}
}

// maxLoggedID is as much of a request's id as a log line has.
const maxLoggedID = 128

// log writes the outcome as one line.
func (o Outcome) log(ctx context.Context, log *slog.Logger) {
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

// countError adds the metrics that count the error of the outcome.
func (o *Outcome) countError() {
	if o.Error == nil {
		return
	}
	switch o.Error.Kind {
	case lark.KindThrottled:
		o.Add(metric.Throttled)
	case lark.KindAuth:
		o.Add(metric.TokenFailed)
	}
	if o.Final {
		o.Add(metric.SendFailed)
	}
}

// report puts the result of an execution on the bus, unless the request comes
// again, so that workflows can wait for it. It returns the result.
func (s *Sender) report(ctx context.Context, x *execution, r Result) Result {
	o := x.finish(r, s.Now())
	if !o.Final {
		return r
	}
	if err := s.publish(ctx, o); err != nil {
		x.outcome.Report(metric.ResultLost, "the result is not on the bus", err)
		r.unreported = true
	}
	return r
}

// publish puts an outcome on the bus.
func (s *Sender) publish(ctx context.Context, o *Outcome) error {
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
