package template_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
	"github.com/larkbridge/larkbridge/lib/metric"
)

// awsMetrics are the ones that AWS documents, of those that help here.
var awsMetrics = map[string]struct {
	dimension, kind string
	names           []string
}{
	"AWS/ApiGateway": {"ApiId", "AWS::ApiGatewayV2::Api", []string{"4xx", "5xx", "Count", "DataProcessed", "IntegrationLatency", "Latency"}},
	"AWS/Lambda":     {"FunctionName", "AWS::Lambda::Function", []string{"AsyncEventAge", "AsyncEventsDropped", "ConcurrentExecutions", "Duration", "Errors", "Invocations", "Throttles"}},
	"AWS/SQS":        {"QueueName", "AWS::SQS::Queue", []string{"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesVisible", "NumberOfMessagesDeleted", "NumberOfMessagesReceived", "NumberOfMessagesSent"}},
}

var (
	link    = regexp.MustCompile(`https://\S+#(\S+)$`)
	operand = regexp.MustCompile(`\b[a-z]\w*`)
)

// checkAlarms looks for alarms that nobody hears, nobody can act on, or that
// watch what does not exist.
func checkAlarms(fx *fixture) (f findings) {
	names := make(map[string]bool)
	for _, a := range fx.alarms {
		if names[a.Name] {
			f.add("alarm %s: its name is another's", a.ID)
		}
		names[a.Name] = true
		if section := link.FindStringSubmatch(a.Description); section == nil || !fx.runbook[section[1]] {
			f.add("alarm %s: no link to a section of the run-book in %q", a.ID, a.Description)
		}
		if a.Missing == "" || a.Comparison == "" || a.Evaluations < 1 {
			f.add("alarm %s: does not say when it is on", a.ID)
		}
		if len(a.Actions) == 0 {
			f.add("alarm %s: tells nobody", a.ID)
		}
		for _, action := range slices.Concat(a.Actions, a.OKActions) {
			f = append(f, fx.checkAction(a.ID, action)...)
		}
		f = append(f, fx.checkMath(a)...)
	}
	return f
}

// checkAction takes a topic of the template that CloudWatch may publish on, or
// what the person who deploys has named.
func (fx *fixture) checkAction(alarm, arn string) (f findings) {
	if slices.Contains(slices.Collect(maps.Values(fx.Parameters)), arn) {
		return nil
	}
	if topic := fx.ByARN(arn); topic == nil || topic.Type != "AWS::SNS::Topic" || !fx.allows("cloudwatch.amazonaws.com", "sns:Publish", arn) {
		f.add("alarm %s: cannot tell %s", alarm, arn)
	}
	return f
}

func (fx *fixture) checkMath(a template.Alarm) (f findings) {
	queryIDs := make(map[string]bool)
	for _, s := range a.Series {
		queryIDs[s.ID] = true
		f = append(f, fx.checkSeries("alarm "+a.ID, s)...)
		if s.Statistic == "" || s.Period == 0 {
			f.add("alarm %s: no statistic or period of %s", a.ID, s.Metric)
		}
	}
	if len(queryIDs) == 0 {
		f.add("alarm %s: watches nothing", a.ID)
	}
	if a.Expression == "" {
		return f
	}
	if strings.Contains(a.Expression, "FILL(") && a.ToAlarm >= a.Evaluations {
		f.add("alarm %s: a period that FILL filled hides data that comes late", a.ID)
	}
	for _, id := range operand.FindAllString(a.Expression, -1) {
		if !queryIDs[id] {
			f.add("alarm %s: %s in its expression is nothing", a.ID, id)
		}
		delete(queryIDs, id)
	}
	for id := range queryIDs {
		f.add("alarm %s: its expression leaves out %s", a.ID, id)
	}
	return f
}

// checkSeries looks whether anything ever writes to a metric.
func (fx *fixture) checkSeries(who string, s template.Series) (f findings) {
	if s.Namespace == metric.Namespace {
		want := fx.metrics[s.Metric]
		if fx.filtered(s.Metric) {
			want = []string{"Stack"}
		}
		if want == nil {
			f.add("%s: nothing counts %s", who, s.Metric)
		} else if !slices.Equal(slices.Sorted(maps.Keys(s.Dimensions)), want) || s.Dimensions["Stack"] != template.Stack {
			f.add("%s: %s is not counted by %v", who, s.Metric, s.Dimensions)
		}
		return f
	}
	known := awsMetrics[s.Namespace]
	if !slices.Contains(known.names, s.Metric) {
		f.add("%s: no metric %s %s is known here", who, s.Namespace, s.Metric)
	} else if len(s.Dimensions) != 1 || fx.byName(known.kind, s.Dimensions[known.dimension]) == nil {
		f.add("%s: %s of %v, which is nothing of the template", who, s.Metric, s.Dimensions)
	}
	return f
}

// filtered reports whether a filter of the template counts a metric in a log, by
// stack.
func (fx *fixture) filtered(metricName string) bool {
	return slices.ContainsFunc(fx.Of("AWS::Logs::MetricFilter"), func(r *template.Resource) bool {
		var p struct {
			MetricTransformations []struct {
				MetricNamespace, MetricName string
				Dimensions                  []struct{ Key string }
			}
		}
		if err := r.Decode(&p); err != nil || len(p.MetricTransformations) != 1 {
			return false
		}
		counts := p.MetricTransformations[0]
		return counts.MetricNamespace == metric.Namespace && counts.MetricName == metricName && len(counts.Dimensions) == 1 && counts.Dimensions[0].Key == "Stack"
	})
}

// checkDashboard does for its graphs what checkAlarms does for alarms.
func checkDashboard(fx *fixture) (f findings) {
	for _, r := range fx.Of("AWS::CloudWatch::Dashboard") {
		var body struct {
			Widgets []struct{ Properties struct{ Metrics [][]any } }
		}
		text, _ := r.Properties["DashboardBody"].(string)
		if err := json.Unmarshal([]byte(text), &body); err != nil || len(body.Widgets) == 0 {
			f.add("dashboard %s: %d widgets, %v", r.ID, len(body.Widgets), err)
		}
		for _, widget := range body.Widgets {
			for _, line := range widget.Properties.Metrics {
				f = append(f, fx.checkSeries("dashboard "+r.ID, graphed(line))...)
			}
		}
	}
	return f
}

// graphed reads a line of a widget: namespace, metric, then dimensions by name
// and value.
func graphed(line []any) template.Series {
	var texts []string
	for _, element := range line {
		if text, ok := element.(string); ok {
			texts = append(texts, strings.TrimSpace(text))
		}
	}
	s := template.Series{Dimensions: make(map[string]string)}
	if len(texts) >= 2 {
		s.Namespace, s.Metric = texts[0], texts[1]
	}
	for i := 2; i+1 < len(texts); i += 2 {
		s.Dimensions[texts[i]] = texts[i+1]
	}
	return s
}
