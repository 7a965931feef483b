package notice

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// metric is one of the metrics of an alarm, or an expression over others. It has the
// fields of both SNS and EventBridge, which differ in case, for which encoding/json does
// not care, and in two other places.
type metric struct {
	ID, Expression, Label string
	AccountID             string `json:"AccountId"` // of a metric of another account
	ReturnData            *bool
	Period                json.Number // of an expression
	MetricStat            struct {
		Metric struct {
			Namespace, Name, MetricName string // MetricName by SNS, Name by EventBridge
			Dimensions                  dimensions
		}
		Period json.Number
		Stat   string
	}
}

// dimensions are those of a metric, as "name = value": a list of names and
// values by SNS, an object by EventBridge.
type dimensions []string

func (d *dimensions) UnmarshalJSON(doc []byte) error {
	var list []struct{ Name, Value string }
	var object map[string]string
	if json.Unmarshal(doc, &list) == nil {
		for _, dim := range list {
			*d = append(*d, dim.Name+" = "+dim.Value)
		}
		return nil
	}
	if json.Unmarshal(doc, &object) == nil {
		for _, name := range slices.Sorted(maps.Keys(object)) {
			*d = append(*d, name+" = "+object[name])
		}
	}
	return nil // dimensions of another type are left out
}

func (m metric) name() string {
	name := m.MetricStat.Metric
	return join(" ", name.Namespace, cmp.Or(name.MetricName, name.Name))
}

func (m metric) statistic() string {
	if m.MetricStat.Stat == "" || m.MetricStat.Period == "" {
		return m.MetricStat.Stat
	}
	return m.MetricStat.Stat + ", " + string(m.MetricStat.Period) + " s"
}

// account returns the account of the metric if it is not that of the alarm.
func (m metric) account(own string) string {
	if m.AccountID == own {
		return ""
	}
	return m.AccountID
}

// isBand reports whether the metric is the band that an anomaly alarm expects.
func (m metric) isBand() bool { return strings.HasPrefix(m.Expression, "ANOMALY_DETECTION_BAND(") }

// metricFields returns the metrics of an alarm: of a single metric its name, statistic
// and dimensions, of an expression its text and each of its inputs.
func metricFields(metrics []metric, account string) lark.Fields {
	var list lark.Fields
	single := len(slices.DeleteFunc(slices.Clone(metrics), func(m metric) bool { return m.Expression != "" })) == 1
	for _, m := range metrics {
		switch {
		case m.isBand():
			list = append(list, fields("Expected", m.Expression)...)
		case m.Expression != "":
			list = append(list, fields("Expression", join(" = ", m.Label, m.Expression))...)
		case single:
			list = append(list, fields("Metric", join(" ", m.name(), m.Label), "Statistic", m.statistic(), "Metric account", m.account(account))...)
			list = append(list, listed("Dimensions", m.MetricStat.Metric.Dimensions)...)
		default:
			description := join(" · ", join(" ", m.name(), m.Label), m.statistic(), m.account(account))
			list = append(list, listed(cmp.Or(m.ID, "Metric"), append([]string{description}, m.MetricStat.Metric.Dimensions...))...)
		}
		if len(list) > maxRows {
			break
		}
	}
	return list
}
