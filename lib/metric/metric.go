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

// Counter counts by name. The dimension is the stack, so that an alarm needs no
// arithmetic over functions and two stacks of an account have metrics of their
// own; the function is in the line for who reads the log. A dimension of
// anything that comes from outside would be a bill without end.
type Counter struct {
	stack, function string
	now             func() time.Time

	mu  sync.Mutex
	out io.Writer
}

// New counts for the named function of a stack, on out.
func New(out io.Writer, stack, function string, now func() time.Time) *Counter {
	return &Counter{stack: stack, function: function, now: now, out: out}
}

type definition struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []map[string]string
}

// Count adds one to the named metric.
func (c *Counter) Count(name string) { c.write(name, map[string]any{}, "Stack") }

// CountApp adds one to the named metric of an app, which is a dimension: a name
// from the settings, never one that somebody asked for.
func (c *Counter) CountApp(name, app string) {
	c.write(name, map[string]any{"App": app}, "Stack", "App")
}

// write adds one to a metric in a line that has the given fields.
func (c *Counter) write(name string, line map[string]any, dimensions ...string) {
	line["_aws"] = map[string]any{
		"Timestamp": c.now().UnixMilli(),
		"CloudWatchMetrics": []definition{{
			Namespace: Namespace, Dimensions: [][]string{dimensions},
			Metrics: []map[string]string{{"Name": name, "Unit": "Count"}},
		}},
	}
	line["Stack"], line["Function"], line[name] = c.stack, c.function, 1
	doc, err := json.Marshal(line)
	if err != nil {
		return // not reached: strings and numbers always marshal
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = c.out.Write(append(doc, '\n'))
}
