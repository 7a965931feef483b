package template_test

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
	"github.com/larkbridge/larkbridge/lib/metric"
)

// period has the data points of metrics in one period of an alarm, by metric
// and the resource or app that it is measured of.
type period map[string][]float64

// The metrics of AWS that the alarms watch.
const (
	serverErrors = "5xx larkbridge-httpapi"
	latency      = "Latency larkbridge-httpapi"
	duration     = "Duration larkbridge-send"
	throttles    = "Throttles larkbridge-"
	deadVisible  = "ApproximateNumberOfMessagesVisible larkbridge-send-dead"
	deadAge      = "ApproximateAgeOfOldestMessage larkbridge-send-dead"
	visible      = "ApproximateNumberOfMessagesVisible larkbridge-send"
	age          = "ApproximateAgeOfOldestMessage larkbridge-send"
	sendErrors   = "Errors larkbridge-send"
	requests     = "Count larkbridge-httpapi"
	fifo         = ".fifo"
	tickets      = string(metric.TicketStored) + " default"
)

// alarmStates has for each alarm the data that just puts it into the state
// ALARM and the data that just does not. The newest period is the last.
var alarmStates = []struct {
	alarm string
	data  []period
	want  bool
}{
	{"refused", []period{{string(metric.Refused): repeat(1, 10)}}, true},
	{"refused", []period{{string(metric.Refused): repeat(1, 9)}}, false},
	{"refused", []period{{string(metric.Refused): repeat(1, 10)}, {}}, false},
	{"server-errors", []period{{serverErrors: {1}}}, true},
	{"server-errors", []period{{serverErrors: {0}}}, false},
	{"server-errors", []period{{}}, false},
	{"dedupe-bypassed", []period{{string(metric.DedupeBypassed): {1}}}, true},
	{"dedupe-bypassed", []period{{}}, false},
	{"dead-letters", []period{{deadVisible: {0, 1, 0}}}, true},
	{"dead-letters", []period{{deadVisible + fifo: {1}}}, true},
	{"dead-letters", []period{{deadVisible: {0}, deadVisible + fifo: {0}}}, false},
	{"dead-letters", []period{{}}, false},
	{"dead-letters-age", []period{{deadAge: {3 * 24 * 3600}, deadAge + fifo: {0}}}, true},
	{"dead-letters-age", []period{{deadAge + fifo: {3 * 24 * 3600}}}, true},
	{"dead-letters-age", []period{{deadAge: {3*24*3600 - 1}, deadAge + fifo: {3*24*3600 - 1}}}, false},
	{"dead-letters-age", []period{{}}, false},
	{"throttled", []period{{throttles + "event": {1}}}, true},
	{"throttled", []period{{throttles + "card": {1}}}, true},
	{"throttled", []period{{throttles + "send": {1}}}, true},
	{"throttled", []period{{throttles + "event": {0}, throttles + "card": {0}}}, false},
	{"throttled", []period{{}}, false},
	{"token-failed", []period{{string(metric.TokenFailed): repeat(1, 3)}}, true},
	{"token-failed", []period{{string(metric.TokenFailed): repeat(1, 2)}}, false},
	{"cards", []period{{string(metric.CardFallback): {1}}}, true},
	{"cards", []period{{string(metric.ClickLost): {1}}}, true},
	{"cards", []period{{}}, false},
	{"send-failed", []period{{string(metric.SendFailed): repeat(1, 5)}}, true},
	{"send-failed", []period{{string(metric.SendFailed): repeat(1, 4)}}, false},
	{"throttled", []period{{throttles + "event": {1}}, {}}, true}, // the data came late
	{"throttled", []period{{throttles + "event": {1}}, {}, {}}, false},
	{"slow", []period{{latency: {2100}}, {latency: {2100}}}, true},
	{"slow", []period{{latency: {2100}}, {}, {latency: {2100}}}, true},
	{"slow", []period{{latency: {2100}}, {}, {}}, false},
	{"slow", []period{{latency: {2100}}, {duration: {10, 42000}}}, true},
	{"slow", []period{{latency: {2099}}, {latency: {2100}, duration: {42000}}}, false},
	{"slow", []period{{latency: {2100}}, {latency: append(repeat(100, 99), 3000)}}, false}, // one in a hundred may be slow
	{"slow", []period{{}, {}}, false},
	{"send-errors", []period{{sendErrors: repeat(1, 5)}}, true},
	{"send-errors", []period{{sendErrors: repeat(1, 4)}}, false},
	{"waiting", []period{{visible: {1, 1}, age: {600, 900}}}, true},
	{"waiting", []period{{visible + fifo: {2, 1}, age + fifo: {900}}}, true},
	{"waiting", []period{{visible: {1, 1}, age: {899}}}, false},
	{"waiting", []period{{visible: {1, 0, 1}, age: {3600}}}, false}, // what is old is put off
	{"waiting", []period{{}}, false},
	{"traffic", []period{{requests: repeat(1000, 60)}}, true}, // a fifth of 1000 a second
	{"traffic", []period{{requests: repeat(1000, 59)}}, false},
	{"too-many-requests", []period{{"TooManyRequests": {1}}}, true},
	{"too-many-requests", []period{{}}, false},
	{"ticket", []period{{}, {}}, true},
	{"ticket", []period{{tickets: {1}}, {}, {}}, true},
	{"ticket", []period{{tickets: {1}}, {}}, false},
	{"ticket", []period{{}, {tickets: {1}}}, false},
}

func TestAlarmStates(t *testing.T) {
	alarms := make(map[string]template.Alarm)
	states := make(map[string]map[bool]bool) // that a row has, by alarm
	all, err := template.Load(t, map[string]string{"MarketplaceApp": "default"}).Alarms()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		for _, s := range a.Series {
			want := template.Int(300)
			if s.Metric == string(metric.TicketStored) {
				want = 3600
			}
			if s.Period != want {
				t.Errorf("%s: got a period of %d s, want %d", a.Name, s.Period, want)
			}
		}
		name := strings.TrimPrefix(a.Name, template.Stack+"-")
		alarms[name], states[name] = a, make(map[bool]bool)
	}
	for i, row := range alarmStates {
		a, ok := alarms[row.alarm]
		if !ok {
			t.Fatalf("row %d: the template has no alarm %s", i, row.alarm)
		}
		states[row.alarm][row.want] = true
		if got := inAlarm(t, a, row.data); got != row.want {
			t.Errorf("row %d: %s with %v: got ALARM %v, want %v", i, row.alarm, row.data, got, row.want)
		}
	}
	for name, has := range states {
		if !has[true] || !has[false] {
			t.Errorf("%s: got rows with the states ALARM %v, want true and false", name, slices.Collect(maps.Keys(has)))
		}
	}
}

// inAlarm reports whether an alarm is in the state ALARM after the periods. There
// is no data before them.
func inAlarm(t *testing.T, a template.Alarm, data []period) bool {
	t.Helper()
	breaching := 0
	data = append(make([]period, a.Evaluations), data...)
	for _, p := range data[len(data)-int(a.Evaluations):] {
		switch value := watched(t, a, p); {
		case math.IsNaN(value) && a.Missing == "breaching",
			a.Comparison == "GreaterThanOrEqualToThreshold" && value >= a.Threshold,
			a.Comparison == "LessThanThreshold" && value < a.Threshold:
			breaching++
		}
	}
	return breaching >= int(a.ToAlarm)
}

// watched returns the value that an alarm compares in one period, NaN where
// there is no data.
func watched(t *testing.T, a template.Alarm, data period) float64 {
	t.Helper()
	values := make(map[string]float64)
	used := 0
	for _, s := range a.Series {
		points, ok := data[seriesName(s)]
		if ok {
			used++
		}
		values[s.ID] = statistic(t, s.Statistic, points)
	}
	if used != len(data) {
		t.Errorf("%s watches %d of the metrics of %v", a.Name, used, data)
	}
	if a.Expression == "" {
		return values[a.Series[0].ID]
	}
	return evaluate(t, a.Expression, values)
}

// seriesName returns the metric of a series, and the values of its dimensions
// but for the stack's.
func seriesName(s template.Series) string {
	name := s.Metric
	for _, dimension := range slices.Sorted(maps.Keys(s.Dimensions)) {
		if dimension != "Stack" {
			name += " " + s.Dimensions[dimension]
		}
	}
	return name
}

func statistic(t *testing.T, name string, points []float64) float64 {
	t.Helper()
	if len(points) == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, p := range points {
		sum += p
	}
	percentile, isPercentile := strings.CutPrefix(name, "p")
	switch {
	case name == "Sum":
		return sum
	case name == "Maximum":
		return slices.Max(points)
	case name == "Minimum":
		return slices.Min(points)
	case isPercentile:
		p, err := strconv.ParseFloat(percentile, 64)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Sorted(slices.Values(points))[int(math.Ceil(p/100*float64(len(points))))-1]
	}
	t.Fatalf("the statistic %s is not known here", name)
	return 0
}

func repeat(value float64, n int) []float64 { return slices.Repeat([]float64{value}, n) }
