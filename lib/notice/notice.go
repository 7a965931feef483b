// Package notice makes Lark cards for what AWS reports: EventBridge events, CloudWatch
// alarms and custom notifications.
//
// A format lists, for one kind of document, the paths of what somebody in a chat needs
// to decide what to do: the resource, its state, what happened, a few values, and the
// page of the console. A value that is missing, or of another type than documented, is
// left out. A document without a format is shown by the names of its values. Texts of a
// document are shortened and shown as plain text, which mentions nobody and has no links.
package notice

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/internal/lazy"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Limits of a card, in characters and bytes. Lark takes a request of 30 KB
// (im-v1/message/create), in which the card is a JSON string.
const (
	maxTitle = 100
	maxValue = 200
	maxText  = 1000
	maxRows  = 15
	maxLines = 5 // of a list in a field
	maxCard  = 28 << 10
)

// Card returns the card for a document that comes from AWS, and whether it is
// one of those that this package knows by their shape:
//
//   - EventBridge events, of whatever detail type. Notification rules of the
//     developer tools write the same without "version" and "id".
//   - what a CloudWatch alarm action passes to a Lambda function
//   - what a CloudWatch alarm action publishes to SNS
//   - what other services publish to SNS in JSON
//   - custom notifications for Amazon Q Developer in chat applications
func Card(doc []byte) (lark.Card, bool) {
	var shape struct {
		event
		AlarmData     json.RawMessage `json:"alarmData"`
		AlarmName     string
		NewStateValue string
		Content       json.RawMessage `json:"content"`
	}
	if !json.Valid(doc) {
		return lark.Card{}, false
	}
	decode(doc, &shape)
	var card lark.Card
	switch {
	case shape.Source == "aws.cloudwatch" && isObject(shape.AlarmData):
		card = alarmAction(doc)
	case shape.Source == "custom" && isObject(shape.Content):
		card = custom(doc)
	case shape.AlarmName != "" && shape.NewStateValue != "":
		card = alarmMessage(doc)
	case shape.kind() != "" && shape.Source != "":
		card = eventCard(readEvent(shape.event, doc))
	default:
		d := readDocument("", doc)
		f := findFormat(d)
		if f == nil {
			return elastiCache(d)
		}
		card = f.card(d)
	}
	return fit(card), true
}

// Text returns the card for a text that comes from AWS, and whether it is one
// that this package knows: CloudFormation writes lines of name='value' to a
// topic (docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-sns.html).
func Text(message string) (lark.Card, bool) {
	if !strings.HasPrefix(message, "StackId='arn:") {
		return lark.Card{}, false
	}
	values := map[string]string{}
	name := ""
	for line := range strings.Lines(message) {
		if m := assignment().FindStringSubmatch(line); m != nil {
			name, line = m[1], line[len(m[0]):]
		}
		values[name] += line
	}
	for name, value := range values {
		values[name] = strings.TrimSuffix(strings.TrimRight(value, "\n"), "'")
	}
	doc, err := json.Marshal(values)
	if err != nil {
		return lark.Card{}, false
	}
	return Card(doc)
}

// assignment is the beginning of one of CloudFormation's values, which may have
// several lines.
var assignment = lazy.Regexp(`^(\w+)='`)

// special has the functions that make the cards of events for which a format is not
// enough.
var special = map[string]func(document) lark.Card{
	"CloudWatch Alarm State Change":             alarmState,
	"CloudWatch Alarm Contributor State Change": alarmState,
	"AWS Health Event":                          health,
	"AWS Health Abuse Event":                    health,
	"ECS Task State Change":                     ecsTask,
	"Security Hub Findings - Imported":          securityHub,
	"Security Hub Findings - Custom Action":     securityHub,
	"Security Hub Insight Results":              securityHub,
}

// eventCard returns the card for an event. Only AWS can send events with a source that
// begins with "aws."; with another source the same detail type can mean anything.
func eventCard(d document) lark.Card {
	if !strings.HasPrefix(d.Source, "aws.") {
		return generic(d)
	}
	if card, ok := special[d.kind]; ok {
		return card(d)
	}
	if strings.HasSuffix(d.kind, " via CloudTrail") {
		return trail(d)
	}
	if f := findFormat(d); f != nil {
		return f.card(d)
	}
	return generic(d)
}

// decode decodes the values of src that have the types of v. src is JSON or empty.
func decode(src []byte, v any) {
	_ = json.Unmarshal(src, v) // goes on after a value of another type
}

func isObject(src json.RawMessage) bool { return len(src) > 0 && src[0] == '{' }

// fit removes the last elements of a card, except buttons, until the card is small
// enough. That happens only with text whose characters take six bytes in JSON, and with
// documents that no service sends.
func fit(card lark.Card) lark.Card {
	for len(card.Elements) > 0 && size(card) > maxCard {
		last := len(card.Elements) - 1
		if _, ok := card.Elements[last].(lark.Buttons); ok && last > 0 {
			last--
		}
		card.Elements = slices.Delete(card.Elements, last, last+1)
	}
	return card
}

// size returns the size of the card in a request.
func size(card lark.Card) int {
	src, err := json.Marshal(card)
	if err != nil {
		return 0 // cannot happen, because no button has a value
	}
	src, _ = json.Marshal(string(src))
	return len(src)
}
