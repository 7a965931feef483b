// Package metric counts what happens, in CloudWatch's embedded metric format:
// a line in the log that CloudWatch turns into a metric, without a call.
package metric

import (
	"encoding/json"
	"io"
	"sync"
	"time"
)

// Namespace holds every metric of Larkbridge.
const Namespace = "Larkbridge"

// Counter counts by name. The only dimension is the function: a dimension of
// anything that comes from outside would be a bill without end.
type Counter struct {
	function string
	now      func() time.Time

	mu  sync.Mutex
	out io.Writer
}

// New counts for the named function, on out.
func New(out io.Writer, function string, now func() time.Time) *Counter {
	return &Counter{function: function, now: now, out: out}
}

type definition struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []map[string]string
}

// Count adds one to the named metric.
func (c *Counter) Count(name string) {
	line, err := json.Marshal(map[string]any{
		"_aws": map[string]any{
			"Timestamp": c.now().UnixMilli(),
			"CloudWatchMetrics": []definition{{
				Namespace: Namespace, Dimensions: [][]string{{"Function"}},
				Metrics: []map[string]string{{"Name": name, "Unit": "Count"}},
			}},
		},
		"Function": c.function,
		name:       1,
	})
	if err != nil {
		return // not reached: strings and numbers always marshal
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = c.out.Write(append(line, '\n'))
}
