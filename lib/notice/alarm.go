package notice

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// alarm is a change of a CloudWatch alarm, whichever way it came.
type alarm struct {
	event
	arn, name, description  string
	state, before, reason   string
	metric, dimensions, sum string // sum: how the metric is summed up
	rule                    string // of a composite alarm
	suppressedBy            string
}

func (a alarm) card() lark.Card {
	color := lark.Grey // INSUFFICIENT_DATA
	switch a.state {
	case "ALARM":
		color = lark.Red
	case "OK":
		color = lark.Green
	}
	// SNS has the region's display name; the links want its code.
	if region := arnField(a.arn, 3); region != "" {
		a.Region = region
	}
	if name, ok := strings.CutPrefix(arnField(a.arn, 5), "alarm:"); ok && a.name == "" {
		a.name = name
	}
	page := ""
	if a.name != "" {
		page = console(a.Region, "/cloudwatch/home?region="+a.Region+"#alarmsV2:alarm/"+url.PathEscape(a.name))
	}
	return a.event.card(join(": ", cmp.Or(a.state, "CloudWatch alarm"), a.name), color, page,
		text(a.description),
		text(a.reason),
		fields("State", change(a.before, a.state), "Metric", a.metric, "Statistic", a.sum,
			"Dimensions", a.dimensions, "Rule", a.rule, "Actions suppressed by", a.suppressedBy))
}

// alarmDetail is detail of the event and alarmData of the action
// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html,
// …/alarms-and-actions-Lambda.html).
type alarmDetail struct {
	AlarmName     string `json:"alarmName"`
	State         alarmValue
	PreviousState alarmValue
	Configuration struct {
		Description string
		AlarmRule   string
		Metrics     []struct {
			Expression, Label string
			ReturnData        *bool
			MetricStat        struct {
				Metric struct {
					Namespace, Name string
					Dimensions      map[string]string
				}
				Period json.Number
				Stat   string
			}
		}
	}
}

type alarmValue struct{ Value, Reason, ActionsSuppressedBy string }

func (d alarmDetail) alarm(ev event, arn string) alarm {
	a := alarm{
		event: ev, arn: arn, name: d.AlarmName, description: d.Configuration.Description,
		state: d.State.Value, before: d.PreviousState.Value, reason: d.State.Reason,
		rule: d.Configuration.AlarmRule, suppressedBy: d.State.ActionsSuppressedBy,
	}
	for _, m := range d.Configuration.Metrics {
		if m.ReturnData != nil && !*m.ReturnData {
			continue // only feeds the expression that the alarm watches
		}
		metric := m.MetricStat.Metric
		a.metric = join(" ", metric.Namespace, metric.Name, m.Label, m.Expression)
		a.sum = statistic(m.MetricStat.Stat, m.MetricStat.Period)
		var pairs []string
		for name, value := range metric.Dimensions {
			pairs = append(pairs, name+" = "+value)
		}
		slices.Sort(pairs)
		a.dimensions = strings.Join(pairs, "\n")
		break
	}
	return a
}

func statistic(stat string, period json.Number) string {
	if stat == "" || period == "" {
		return stat
	}
	return stat + ", " + string(period) + " s"
}

// alarmState is the card for an alarm's state change on EventBridge.
func alarmState(ev event) lark.Card {
	var d alarmDetail
	decode(ev.Detail, &d)
	return d.alarm(ev, first(ev.Resources)).card()
}

// alarmAction is the card for an alarm that invokes a function.
func alarmAction(doc []byte) lark.Card {
	var d struct {
		event
		AccountID string      `json:"accountId"`
		AlarmArn  string      `json:"alarmArn"`
		AlarmData alarmDetail `json:"alarmData"`
	}
	decode(doc, &d)
	d.Account = d.AccountID
	return d.AlarmData.alarm(d.event, d.AlarmArn).card()
}

// alarmMessage is the card for an alarm that SNS delivers
// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
func alarmMessage(doc []byte) lark.Card {
	var d struct {
		AlarmName, AlarmDescription, AlarmRule, AlarmArn string
		AWSAccountID                                     string `json:"AWSAccountId"`
		NewStateValue, NewStateReason, OldStateValue     string
		StateChangeTime, Region                          string
		Trigger                                          struct {
			Namespace, MetricName, Statistic, ExtendedStatistic string
			Period                                              json.Number
			Dimensions                                          []struct{ Name, Value string }
			Metrics                                             []struct {
				Label, Expression string
				ReturnData        bool
			}
		}
	}
	decode(doc, &d)
	a := alarm{
		event: event{Account: d.AWSAccountID, Region: d.Region, Time: d.StateChangeTime},
		arn:   d.AlarmArn, name: d.AlarmName, description: d.AlarmDescription, rule: d.AlarmRule,
		state: d.NewStateValue, before: d.OldStateValue, reason: d.NewStateReason,
		metric: join(" ", d.Trigger.Namespace, d.Trigger.MetricName),
		sum:    statistic(join("", d.Trigger.Statistic, d.Trigger.ExtendedStatistic), d.Trigger.Period),
	}
	for _, m := range d.Trigger.Metrics {
		if m.ReturnData {
			a.metric = join(" ", m.Label, m.Expression)
		}
	}
	var pairs []string
	for _, dim := range d.Trigger.Dimensions {
		pairs = append(pairs, dim.Name+" = "+dim.Value)
	}
	a.dimensions = strings.Join(pairs, "\n")
	return a.card()
}
