package template_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

func TestAlarms(t *testing.T) {
	dimensions := []any{map[string]any{"Name": "Stack", "Value": "s"}}
	got, err := one(t, "AWS::CloudWatch::Alarm", map[string]any{
		"AlarmDescription": "why", "Namespace": "n", "MetricName": "m", "Dimensions": dimensions, "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 2, "Threshold": "1.5",
		"ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching", "AlarmActions": []any{"topic"}, "OKActions": []any{"topic"},
	}).Alarms()
	checkOne(t, got, err, template.Alarm{
		Description: "why", Series: []template.Series{{Namespace: "n", Metric: "m", Dimensions: map[string]string{"Stack": "s"}, Statistic: "Sum", Period: 300}}, Evaluations: 2, ToAlarm: 2,
		Threshold: 1.5, Comparison: "GreaterThanThreshold", Missing: "notBreaching", Actions: []string{"topic"}, OKActions: []string{"topic"},
	})
}

func TestMetricMath(t *testing.T) {
	sum := map[string]any{"Id": "value", "Expression": "a + 1"}
	stat := map[string]any{"Id": "a", "ReturnData": false, "MetricStat": map[string]any{
		"Stat": "p99", "Period": 60, "Metric": map[string]any{"Namespace": "n", "MetricName": "m"},
	}}
	read := func(metrics ...any) ([]template.Alarm, error) {
		return one(t, "AWS::CloudWatch::Alarm", map[string]any{"Metrics": metrics, "EvaluationPeriods": 3, "DatapointsToAlarm": 2}).Alarms()
	}
	got, err := read(sum, stat)
	checkOne(t, got, err, template.Alarm{
		Expression: "a + 1", Series: []template.Series{{ID: "a", Namespace: "n", Metric: "m", Dimensions: map[string]string{}, Statistic: "p99", Period: 60}}, Evaluations: 3, ToAlarm: 2,
	})
	for what, metrics := range map[string][]any{
		"nothing watched":     {stat},
		"two watched":         {sum, sum},
		"an expression of it": {sum, map[string]any{"Id": "b", "Expression": "a", "ReturnData": false}},
	} {
		if _, err := read(metrics...); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
