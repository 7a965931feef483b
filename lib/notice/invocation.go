package notice

import (
	"net/url"
	"strings"

	"github.com/larkbridge/larkbridge/lib/cloud"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Invocation returns the card for an asynchronous invocation of a Lambda
// function that has failed and is not tried again, or that has succeeded.
func Invocation(record cloud.DestinationRecord) lark.Card {
	kind, message := record.FunctionError()
	name, arn := record.Context.FunctionARN, strings.SplitN(record.Context.FunctionARN, ":", 8)
	var ev event
	ev.Time = record.Timestamp
	page := ""
	if len(arn) >= 7 && arn[5] == "function" {
		name, ev.Region, ev.Account = arn[6], arn[3], arn[4]
		page = console(ev.Region, "/lambda/home?region="+ev.Region+"#/functions/"+url.PathEscape(name))
	}
	title, color := name+" succeeded", lark.Green
	if record.Failed() {
		title, color = name+" failed", lark.Red
	}
	body := []lark.Element{fields("Error", kind, "Message", message,
		"Condition", record.Context.Condition, "Request id", record.Context.RequestID)}
	if kind == "" && message == "" {
		body = append(body, code(record.Response))
	}
	return fit(ev.card(title, color, page, append(body, code(record.Payload))...))
}
