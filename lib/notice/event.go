package notice

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// event is the envelope of EventBridge
// (docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html).
type event struct {
	Source     string          `json:"source"`
	DetailType string          `json:"detail-type"`
	Account    string          `json:"account"`
	Region     string          `json:"region"`
	Time       string          `json:"time"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`

	// Notification rules of the developer tools have another name for the type, and add
	// attributes to the event (docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html).
	RuleDetailType       string          `json:"detailType"`
	AdditionalAttributes json.RawMessage `json:"additionalAttributes"`
}

func (ev event) kind() string { return cmp.Or(ev.DetailType, ev.RuleDetailType) }

// card returns a card with the body, the account, region and time of the event, and a
// button that opens a page of the AWS console if page is not "".
func (ev event) card(title string, color lark.Color, page string, body ...lark.Element) lark.Card {
	return ev.cardWith(title, color, page, "", body...)
}

// cardWith does the same as [event.card] with another text on the button.
func (ev event) cardWith(title string, color lark.Color, page, label string, body ...lark.Element) lark.Card {
	card := lark.Card{Title: lark.Truncate(title, maxTitle), Color: color, Elements: body}
	card.Elements = append(card.Elements, lark.Note(short(join(" · ", ev.Account, ev.Region, ev.Time))))
	if page != "" {
		label = cmp.Or(label, "Open in AWS console")
		card.Elements = append(card.Elements, lark.Buttons{{Text: label, Style: lark.Primary, URL: page}})
	}
	return card
}

// fields returns the fields for alternate labels and values. It shortens the values and
// leaves out empty ones.
func fields(labelsAndValues ...string) lark.Fields {
	var list lark.Fields
	for pair := range slices.Chunk(labelsAndValues, 2) {
		if pair[1] != "" {
			list = append(list, lark.Field{Label: pair[0], Value: short(pair[1])})
		}
	}
	return list
}

// listed returns a field with the first values, each on a line, and how many more there
// are.
func listed(label string, values []string) lark.Fields {
	return lark.Fields{{Label: label, Value: list(values)}}
}

func list(values []string) string {
	const limit = 5
	var lines []string
	for i, v := range values {
		if i == limit {
			lines = append(lines, "and "+strconv.Itoa(len(values)-limit)+" more")
			break
		}
		lines = append(lines, short(v))
	}
	return join("\n", lines...)
}

// title returns a title such as "Build FAILED: web".
func title(kind, state, name string) string {
	return join(": ", join(" ", kind, state), name)
}

// text returns a paragraph of shortened text.
func text(s string) lark.Text { return lark.Text(lark.Truncate(strings.TrimSpace(s), maxText)) }

func short(s string) string { return lark.Truncate(strings.TrimSpace(s), maxValue) }

// join joins the texts that are not empty.
func join(separator string, texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), separator)
}

// change returns the text for a change of state, such as "OK → ALARM".
func change(before, after string) string {
	if before == after {
		before = ""
	}
	return join(" → ", before, after)
}

// first returns the first value, or the zero value where there is none.
func first[T any](values []T) (value T) {
	if len(values) > 0 {
		value = values[0]
	}
	return value
}

// arnField returns a field of an ARN, counted from 0: 3 is the region, 5 the
// resource with everything after it. It returns "" for anything but an ARN.
func arnField(arn string, n int) string {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) < 6 || fields[0] != "arn" {
		return ""
	}
	return fields[n]
}

// lastSegment returns the text after the last separator.
func lastSegment(s, separator string) string { return s[strings.LastIndex(s, separator)+1:] }
