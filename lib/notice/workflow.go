package notice

import (
	"net/url"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// stepFunctions is the card for an execution
// (docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html).
// Input and output stay in AWS: they are the state machine's data.
func stepFunctions(ev event) lark.Card {
	var d struct {
		ExecutionArn, StateMachineArn, Name, Status string
		Error, Cause                                string
		StartDate, StopDate                         int64 // ms
	}
	decode(ev.Detail, &d)
	page := ""
	if d.ExecutionArn != "" {
		page = console(ev.Region, "/states/home?region="+ev.Region+"#/v2/executions/details/"+url.PathEscape(d.ExecutionArn))
	}
	return ev.card(title("Execution", d.Status, lastPart(d.StateMachineArn, ":")), statusColor(d.Status), page,
		text(join(": ", d.Error, d.Cause)),
		fields("Execution", d.Name, "Started", stamp(d.StartDate), "Stopped", stamp(d.StopDate)))
}

// stamp shows a time that is given in milliseconds.
func stamp(ms int64) string {
	if ms <= 0 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
}
