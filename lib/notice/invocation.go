package notice

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/larkbridge/larkbridge/lib/cloud"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Invocation returns the card for an asynchronous invocation of a Lambda
// function that has failed for good, or that has succeeded with something to
// show.
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

// Object returns the card for a JSON object that no AWS service wrote. Its
// title is the subject or else the best name in the object, and its color is
// that of the state that the object names.
func Object(subject string, doc json.RawMessage) lark.Card {
	var members map[string]json.RawMessage
	decode(doc, &members)
	first := func(names ...string) string {
		for _, name := range names {
			if value, ok := members[name]; ok && len(value) > 0 {
				if text, plain := scalar(value); plain && text != "" {
					return text
				}
			}
		}
		return ""
	}
	title := subject
	if title == "" {
		title = first("title", "subject", "name", "alertname", "service", "job", "event", "type", "source", "id")
	}
	if title == "" {
		title = "Notice"
	}
	color := stateColor(first("status", "state", "level", "severity", "result", "outcome", "conclusion"))
	values, nested := scalars(doc)
	return fit(lark.Card{Title: lark.Truncate(title, maxTitle), Color: color, Elements: []lark.Element{values, code(nested)}})
}

// stateColor returns the color of a state by the word for it.
func stateColor(state string) lark.Color {
	switch strings.ToLower(state) {
	case "failed", "failure", "fail", "error", "critical", "fatal", "alarm", "down", "firing", "high", "emergency", "unhealthy", "timed_out":
		return lark.Red
	case "warning", "warn", "degraded", "pending", "medium", "impaired":
		return lark.Orange
	case "ok", "success", "succeeded", "passed", "resolved", "healthy", "up", "completed", "complete", "done":
		return lark.Green
	}
	return lark.Blue
}
