package notice

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// alarm is a change of state of a CloudWatch alarm, from EventBridge, SNS or an action.
type alarm struct {
	event
	arn, name, description string
	state, before, reason  string
	metrics                []metric
	threshold              string
	rule                   string // of a composite alarm
	suppressedBy           string
	muted                  mute
	contributor            contributor
}

// contributor is the one of the time series of an alarm whose state has changed.
type contributor struct {
	Attributes dimensions
}

// mute is the rule that mutes the actions of an alarm, and the end of that.
type mute struct{ MutedByArn, MuteWindowEnd string }

func (a alarm) card() lark.Card {
	color := lark.Grey // INSUFFICIENT_DATA
	switch a.state {
	case "ALARM":
		color = lark.Red
	case "OK":
		color = lark.Green
	}
	// SNS has the name of the region for people; a link needs its code.
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
	mutedBy := strings.TrimPrefix(arnField(a.muted.MutedByArn, 5), "alarm-mute-rule:")
	if mutedBy != "" && a.muted.MuteWindowEnd != "" {
		mutedBy += ", until " + a.muted.MuteWindowEnd
	}
	return a.event.card(join(": ", cmp.Or(a.state, "CloudWatch alarm"), a.name), color, page,
		text(a.description),
		text(a.reason),
		listed("Contributor", a.contributor.Attributes),
		fields("State", change(a.before, a.state)),
		metricFields(a.metrics, a.Account),
		fields("Threshold", a.threshold, "Rule", a.rule, "Actions suppressed by", a.suppressedBy, "Muted by", mutedBy))
}

// alarmDetail is detail of the event and alarmData of the action
// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html,
// …/alarms-and-actions-Lambda.html).
type alarmDetail struct {
	AlarmName        string `json:"alarmName"`
	State            alarmValue
	PreviousState    alarmValue
	AlarmContributor contributor
	MuteDetail       mute
	Configuration    struct {
		Description string
		AlarmRule   string
		Metrics     []metric
	}
}

type alarmValue struct{ Value, Reason, ActionsSuppressedBy string }

func (d alarmDetail) alarm(ev event, arn string) alarm {
	return alarm{
		event: ev, arn: arn, name: d.AlarmName, description: d.Configuration.Description,
		state: d.State.Value, before: d.PreviousState.Value, reason: d.State.Reason,
		metrics: d.Configuration.Metrics, rule: d.Configuration.AlarmRule,
		suppressedBy: d.State.ActionsSuppressedBy, muted: d.MuteDetail, contributor: d.AlarmContributor,
	}
}

// alarmState returns the card for an alarm's state change on EventBridge.
func alarmState(ev document) lark.Card {
	var d alarmDetail
	decode(ev.Detail, &d)
	return d.alarm(ev.event, first(ev.Resources)).card()
}

// alarmAction returns the card for an alarm that invokes a function.
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

// alarmMessage returns the card for an alarm in a message of SNS
// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
func alarmMessage(doc []byte) lark.Card {
	var d struct {
		AlarmName, AlarmDescription, AlarmRule, AlarmArn string
		AWSAccountID                                     string `json:"AWSAccountId"`
		NewStateValue, NewStateReason, OldStateValue     string
		StateChangeTime, Region                          string
		ActionsSuppressedBy                              string
		AlarmContributorAttributes                       dimensions
		MuteDetail                                       mute
		Trigger                                          trigger
	}
	decode(doc, &d)
	return alarm{
		event: event{Account: d.AWSAccountID, Region: d.Region, Time: d.StateChangeTime},
		arn:   d.AlarmArn, name: d.AlarmName, description: d.AlarmDescription, rule: d.AlarmRule,
		state: d.NewStateValue, before: d.OldStateValue, reason: d.NewStateReason,
		metrics: d.Trigger.metrics(), threshold: d.Trigger.threshold(), suppressedBy: d.ActionsSuppressedBy,
		muted: d.MuteDetail, contributor: contributor{d.AlarmContributorAttributes},
	}.card()
}

// trigger is the condition of an alarm, as SNS has it: with one metric in its own
// fields, or with a list of metrics.
type trigger struct {
	Namespace, MetricName, Statistic, ExtendedStatistic string
	Period                                              json.Number
	Dimensions                                          dimensions
	Metrics                                             []metric
	ComparisonOperator                                  string
	Threshold                                           json.Number
	EvaluationPeriods, DatapointsToAlarm                json.Number
}

func (t trigger) metrics() []metric {
	if t.MetricName == "" {
		return t.Metrics
	}
	var single metric
	single.MetricStat.Metric.Namespace, single.MetricStat.Metric.MetricName = t.Namespace, t.MetricName
	single.MetricStat.Metric.Dimensions = t.Dimensions
	single.MetricStat.Stat, single.MetricStat.Period = cmp.Or(t.Statistic, t.ExtendedStatistic), t.Period
	return append([]metric{single}, t.Metrics...)
}

// comparisons are CloudWatch's operators.
var comparisons = map[string]string{
	"GreaterThanThreshold": ">", "GreaterThanOrEqualToThreshold": "≥", "LessThanThreshold": "<", "LessThanOrEqualToThreshold": "≤",
}

// threshold returns the condition as text, such as "> 300, 3 of 4 periods", "" if there is
// no threshold, as with a band.
func (t trigger) threshold() string {
	operator := comparisons[t.ComparisonOperator]
	if operator == "" || t.Threshold == "" {
		return ""
	}
	periods := join(" of ", string(t.DatapointsToAlarm), string(t.EvaluationPeriods))
	switch periods {
	case "":
	case "1", "1 of 1":
		periods = "1 period"
	default:
		periods += " periods"
	}
	return join(", ", operator+" "+strings.TrimSuffix(string(t.Threshold), ".0"), periods)
}
