package metric

import (
	"context"
	"log/slog"
	"slices"
)

// Record holds what one request adds to the metrics and the log of its function.
type Record struct {
	App      string // the app's name, "" when it is not known
	Metrics  []Name // what is to be counted
	Problems []Problem
}

// Problem is a failure that did not decide the result of a request.
type Problem struct {
	Metric  Name // that counts it, "" for none
	Message string
	Err     error
}

// Add adds a metric that is to be counted.
func (r *Record) Add(name Name) { r.Metrics = append(r.Metrics, name) }

// Report adds a problem and the metric that counts it.
func (r *Record) Report(name Name, message string, err error) {
	r.Add(name)
	r.Problems = append(r.Problems, Problem{name, message, err})
}

// CountWith calls count for each metric; [Counter.Count] counts.
func (r *Record) CountWith(count func(name Name, app string)) {
	for _, name := range r.Metrics {
		count(name, r.App)
	}
}

// LogProblems writes a line with the attributes for each problem. The level is ERROR
// if something was lost, else WARN.
func (r *Record) LogProblems(ctx context.Context, log *slog.Logger, attributes ...any) {
	for _, p := range r.Problems {
		level := slog.LevelWarn
		if p.Metric == ClickLost || p.Metric == ResultLost {
			level = slog.LevelError
		}
		log.Log(ctx, level, p.Message, append(slices.Clip(attributes), "error", p.Err)...)
	}
}
