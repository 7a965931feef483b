package demo

import (
	"encoding/json"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// choice is the value of a button.
type choice struct {
	Action string `json:"action"`
	How    string `json:"how"`
}

// The values of a choice's fields.
const (
	actionApprove = "approve"
	actionReject  = "reject"
	howSlow       = "slowly"
)

// readChoice decodes the value of a click. It returns false for a value that no
// button of the card has.
func readChoice(value json.RawMessage) (choice, bool) {
	var c choice
	if json.Unmarshal(value, &c) != nil {
		return c, false
	}
	switch c {
	case choice{actionApprove, ""}, choice{actionReject, ""}, choice{actionApprove, howSlow}:
		return c, true
	}
	return c, false
}

// result returns the choice as a past participle, for the card.
func (c choice) result() string {
	if c.Action == actionReject {
		return "Rejected"
	}
	return "Approved"
}

// subject is what the card asks about.
const subject = "Release 1.4 to production"

// question returns the card with the question.
func question() lark.Card {
	return lark.Card{Title: subject + "?", Color: lark.Blue, Elements: []lark.Element{
		lark.Text("All tests have passed. One click decides."),
		lark.Buttons{
			{Text: "Approve", Style: lark.Primary, Value: map[string]any{"action": actionApprove}},
			{Text: "Reject", Style: lark.Danger, Value: map[string]any{"action": actionReject}},
			{Text: "Approve slowly", Value: map[string]any{"action": actionApprove, "how": howSlow}},
		},
	}}
}

// decision returns the card that replaces the question. It shows who decided what,
// and has no buttons.
func decision(c choice, by string) *lark.CardBody {
	card := lark.Card{Title: c.result() + ": " + subject, Color: lark.Green}
	if c.Action == actionReject {
		card.Color = lark.Red
	}
	fields := lark.Fields{{Label: "Decision", Value: c.result()}, {Label: "By", Value: by}}
	if c.How == howSlow {
		fields = append(fields, lark.Field{Label: "How", Value: "slowly, as a delayed update"})
	}
	card.Elements = []lark.Element{fields}
	return &lark.CardBody{Type: "raw", Data: card}
}
