package template

import "fmt"

// Alarm is a CloudWatch alarm of the template.
type Alarm struct {
	*Resource
	Description string
	Series      []Series // what it watches, or what its Expression is made of
	Expression  string   // metric math; empty if it watches its one series
	Evaluations Int
	ToAlarm     Int // breaching data points
	Threshold   float64
	Comparison  string
	Missing     string // how it treats missing data
	Actions     []string
	OKActions   []string
}

// Series is a metric's statistic over time.
type Series struct {
	ID         string // in metric math
	Namespace  string
	Metric     string
	Dimensions map[string]string
	Statistic  string
	Period     Int // seconds
}

// metric is how CloudFormation has it in an alarm and in a MetricStat.
type metric struct {
	Namespace, MetricName string
	Dimensions            []struct{ Name, Value string }
}

func (m metric) series(id, statistic string, period Int) Series {
	s := Series{ID: id, Namespace: m.Namespace, Metric: m.MetricName, Statistic: statistic, Period: period, Dimensions: make(map[string]string)}
	for _, d := range m.Dimensions {
		s.Dimensions[d.Name] = d.Value
	}
	return s
}

// query is an element of an alarm's Metrics.
type query struct {
	ID         string `json:"Id"`
	Expression string
	ReturnData *Bool
	MetricStat struct {
		Stat   string
		Period Int
		Metric metric
	}
}

// Alarms returns the template's alarms.
func (t *Template) Alarms() ([]Alarm, error) {
	var all []Alarm
	for _, r := range t.Of("AWS::CloudWatch::Alarm") {
		var p struct {
			metric
			AlarmDescription, Statistic, ExtendedStatistic, ComparisonOperator, TreatMissingData string
			Period, EvaluationPeriods, DatapointsToAlarm                                         Int
			Threshold                                                                            Float
			Metrics                                                                              []query
			AlarmActions, OKActions                                                              List
		}
		if err := r.Decode(&p); err != nil {
			return nil, err
		}
		a := Alarm{
			Resource: r, Description: p.AlarmDescription, Evaluations: p.EvaluationPeriods, ToAlarm: p.DatapointsToAlarm, Threshold: float64(p.Threshold),
			Comparison: p.ComparisonOperator, Missing: p.TreatMissingData, Actions: p.AlarmActions, OKActions: p.OKActions,
		}
		if a.ToAlarm == 0 {
			a.ToAlarm = a.Evaluations
		}
		if p.MetricName != "" {
			a.Series = []Series{p.series("", p.Statistic+p.ExtendedStatistic, p.Period)}
		} else if err := a.compose(p.Metrics); err != nil {
			return nil, fmt.Errorf("resource %s: %w", r.ID, err)
		}
		all = append(all, a)
	}
	return all, nil
}

// compose reads metric math: one query is what the alarm watches.
func (a *Alarm) compose(queries []query) error {
	watched := 0
	for _, q := range queries {
		returned := q.ReturnData == nil || bool(*q.ReturnData)
		if returned {
			watched++
		}
		switch {
		case q.Expression == "":
			a.Series = append(a.Series, q.MetricStat.Metric.series(q.ID, q.MetricStat.Stat, q.MetricStat.Period))
		case returned:
			a.Expression = q.Expression
		default:
			return fmt.Errorf("expression %s in an expression is not known here", q.ID)
		}
	}
	if watched != 1 {
		return fmt.Errorf("%d of its metrics return data, not 1", watched)
	}
	return nil
}
