// Package notice shows what AWS reports as a Lark card: EventBridge events,
// CloudWatch alarms and custom notifications.
//
// A formatter takes the few fields that someone in a chat needs to decide what
// to do. It relies on none of them: a field that is missing, or of another type
// than documented, is left out. What an event says is shown as plain text,
// shortened; it cannot mention anyone or make a link.
package notice

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Limits of a card, in characters and bytes. Lark takes a request of 30 KB
// (im-v1/message/create), in which the card stands as a JSON string.
const (
	maxTitle = 100
	maxValue = 200
	maxText  = 1000
	maxRows  = 15
	maxCard  = 28 << 10
)

// Card returns the card for a document that comes from AWS, and whether it is
// one of those that this package knows by their shape:
//
//   - EventBridge events, of whatever detail type. Notification rules of the
//     developer tools write the same without "version" and "id".
//   - what a CloudWatch alarm action hands to a Lambda function
//   - what a CloudWatch alarm action publishes to SNS
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
		card = formatter(shape.event)(shape.event)
	default:
		return lark.Card{}, false
	}
	return fit(card), true
}

// formatter returns the formatter for an event. AWS alone can send events with
// a source that begins with "aws."; of another source the same detail type may
// mean anything.
func formatter(ev event) func(event) lark.Card {
	if !strings.HasPrefix(ev.Source, "aws.") {
		return generic
	}
	switch ev.kind() {
	case "CloudWatch Alarm State Change":
		return alarmState
	case "AWS Health Event", "AWS Health Abuse Event":
		return health
	case "GuardDuty Finding":
		return guardDuty
	case "Anomaly Detected":
		return costAnomaly
	case "CodePipeline Pipeline Execution State Change":
		return codePipeline
	case "CodeBuild Build State Change":
		return codeBuild
	case "CloudFormation Stack Status Change":
		return cloudFormation
	case "ECS Task State Change":
		return ecsTask
	case "EC2 Instance State-change Notification":
		return ec2Instance
	case "Step Functions Execution Status Change":
		return stepFunctions
	case "AWS API Call via CloudTrail":
		if ev.Source == "aws.budgets" {
			return budgetCall
		}
	}
	return generic
}

// decode reads of src what has the expected types. src is JSON or empty.
func decode(src []byte, v any) {
	_ = json.Unmarshal(src, v) // reads on after a value of another type
}

func isObject(src json.RawMessage) bool { return len(src) > 0 && src[0] == '{' }

// fit leaves out a card's last elements, except buttons, until the card is
// small enough. Only texts of characters that JSON writes as six bytes, or
// documents that no service sends, come to that.
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

// size is the size of the card in a request.
func size(card lark.Card) int {
	src, err := json.Marshal(card)
	if err != nil {
		return 0 // cannot happen: no button has a value
	}
	src, _ = json.Marshal(string(src))
	return len(src)
}
