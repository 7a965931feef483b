package account

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// AlarmNames are the names of the template's alarms, without the stack's.
func (a *Account) AlarmNames() []string {
	var names []string
	for _, alarm := range a.alarms {
		names = append(names, strings.TrimPrefix(alarm.Name, template.Stack+"-"))
	}
	return names
}

// Alarmed says whether an alarm is in the state ALARM.
func (a *Account) Alarmed(name string) bool {
	a.t.Helper()
	a.collect()
	i := slices.Index(a.AlarmNames(), name)
	if i < 0 {
		a.t.Fatalf("the template has no alarm %s", name)
	}
	alarm := a.alarms[i]
	period := time.Duration(alarm.Series[0].Period) * time.Second
	to, breaching := a.watch.now(), 0
	for range alarm.Evaluations {
		value := a.value(alarm, to.Add(-period), to)
		if math.IsNaN(value) && alarm.Missing == "breaching" || compare(alarm.Comparison, value, alarm.Threshold) {
			breaching++
		}
		to = to.Add(-period)
	}
	return breaching >= int(alarm.ToAlarm)
}

// value is what an alarm watches in one period, NaN for nothing.
func (a *Account) value(alarm template.Alarm, from, to time.Time) float64 {
	a.t.Helper()
	values := map[string]float64{}
	for _, s := range alarm.Series {
		points := a.watch.between(series(s.Namespace, s.Metric, s.Dimensions), from, to)
		values[s.ID] = a.statistic(s.Statistic, points)
	}
	if alarm.Expression == "" {
		return values[""]
	}
	value, err := evaluate(alarm.Expression, values)
	a.must(err)
	return value
}

func (a *Account) statistic(name string, points []float64) float64 {
	a.t.Helper()
	if len(points) == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, p := range points {
		sum += p
	}
	switch percentile, err := strconv.ParseFloat(strings.TrimPrefix(name, "p"), 64); {
	case name == "Sum":
		return sum
	case name == "Maximum":
		return slices.Max(points)
	case name == "Average":
		return sum / float64(len(points))
	case strings.HasPrefix(name, "p") && err == nil:
		slices.Sort(points)
		return points[int(math.Ceil(percentile/100*float64(len(points))))-1]
	}
	a.t.Fatalf("the statistic %s is not known here", name)
	return 0
}

// compare is false for nothing.
func compare(operator string, value, threshold float64) bool {
	switch operator {
	case "GreaterThanOrEqualToThreshold":
		return value >= threshold
	case "GreaterThanThreshold":
		return value > threshold
	case "LessThanThreshold":
		return value < threshold
	case "LessThanOrEqualToThreshold":
		return value <= threshold
	}
	return false
}
