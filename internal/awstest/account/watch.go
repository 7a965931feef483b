package account

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// watch is CloudWatch's store of metrics, with a clock of its own: real time
// and what [Account.Pass] adds.
type watch struct {
	mu     sync.Mutex
	passed time.Duration
	points map[string][]point // by series
}

type point struct {
	at    time.Time
	value float64
}

func newWatch() *watch { return &watch{points: map[string][]point{}} }

func (w *watch) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.passed)
}

func (w *watch) add(namespace, metric string, dimensions map[string]string, value float64) {
	at := w.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	key := series(namespace, metric, dimensions)
	w.points[key] = append(w.points[key], point{at, value})
}

// between returns the values of a series in [from, to).
func (w *watch) between(key string, from, to time.Time) []float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	var values []float64
	for _, p := range w.points[key] {
		if !p.at.Before(from) && p.at.Before(to) {
			values = append(values, p.value)
		}
	}
	return values
}

// series is one metric with one set of dimensions.
func series(namespace, metric string, dimensions map[string]string) string {
	key := namespace + " " + metric
	for _, name := range slices.Sorted(maps.Keys(dimensions)) {
		key += " " + name + "=" + dimensions[name]
	}
	return key
}

// Pass lets time pass for CloudWatch.
func (a *Account) Pass(d time.Duration) {
	a.t.Helper()
	a.collect()
	a.watch.mu.Lock()
	defer a.watch.mu.Unlock()
	a.watch.passed += d
}

// collect brings CloudWatch up to date: the metrics in the functions' logs,
// and what SQS tells of its queues.
func (a *Account) collect() {
	a.t.Helper()
	for _, f := range a.functions {
		if f.process == nil {
			continue
		}
		logs := f.process.Logs()
		for line := range strings.Lines(logs[f.read:]) {
			a.embedded(line)
		}
		f.read = len(logs)
	}
	peek := 0
	for arn, q := range a.queues {
		dimensions := map[string]string{"QueueName": q.Name}
		a.watch.add("AWS/SQS", "ApproximateNumberOfMessagesVisible", dimensions, float64(a.Depth(arn)))
		if q.DeadLetters != "" {
			continue // to look at a message there counts as a delivery
		}
		oldest := 0.0
		for _, m := range a.receive(q, 10, &peek).Records {
			sent, err := strconv.ParseInt(m.Attributes["SentTimestamp"], 10, 64)
			a.must(err)
			oldest = max(oldest, a.watch.now().Sub(time.UnixMilli(sent)).Seconds())
		}
		a.watch.add("AWS/SQS", "ApproximateAgeOfOldestMessage", dimensions, oldest)
	}
}

// embedded takes the metrics out of a line in the embedded metric format.
func (a *Account) embedded(line string) {
	a.t.Helper()
	var values map[string]any
	if json.Unmarshal([]byte(line), &values) != nil || values["_aws"] == nil {
		return
	}
	var doc struct {
		AWS struct {
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name string }
			}
		} `json:"_aws"`
	}
	a.must(json.Unmarshal([]byte(line), &doc))
	for _, directive := range doc.AWS.CloudWatchMetrics {
		for _, names := range directive.Dimensions {
			dimensions := map[string]string{}
			for _, name := range names {
				dimensions[name] = fmt.Sprint(values[name])
			}
			for _, metric := range directive.Metrics {
				value, ok := values[metric.Name].(float64)
				if !ok {
					a.t.Errorf("the line has no value of %s: %s", metric.Name, line)
				}
				a.watch.add(directive.Namespace, metric.Name, dimensions, value)
			}
		}
	}
}
