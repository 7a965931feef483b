package local

import (
	"encoding/json"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// choice is the value of a button.
type choice struct {
	Action string `json:"action"`
	How    string `json:"how"`
}

// What a choice is made of.
const (
	approve = "approve"
	reject  = "reject"
	slowly  = "slowly"
)

// readChoice reads the value of a click. It is false for one that no button of
// the card has.
func readChoice(value json.RawMessage) (choice, bool) {
	var c choice
	if json.Unmarshal(value, &c) != nil {
		return c, false
	}
	switch c {
	case choice{approve, ""}, choice{reject, ""}, choice{approve, slowly}:
		return c, true
	}
	return c, false
}

// done is what has happened then.
func (c choice) done() string {
	if c.Action == reject {
		return "Rejected"
	}
	return "Approved"
}

// matter is what the card asks about.
const matter = "Release 1.4 to production"

// question is the card that asks.
func question() lark.Card {
	return lark.Card{Title: matter + "?", Color: lark.Blue, Elements: []lark.Element{
		lark.Text("All tests have passed. One click decides."),
		lark.Buttons{
			{Text: "Approve", Style: lark.Primary, Value: map[string]any{"action": approve}},
			{Text: "Reject", Style: lark.Danger, Value: map[string]any{"action": reject}},
			{Text: "Approve slowly", Value: map[string]any{"action": approve, "how": slowly}},
		},
	}}
}

// decision is the card that takes its place: without buttons, with who decided
// and what.
func decision(c choice, by string) *lark.CardBody {
	card := lark.Card{Title: c.done() + ": " + matter, Color: lark.Green}
	if c.Action == reject {
		card.Color = lark.Red
	}
	fields := lark.Fields{{Label: "Decision", Value: c.done()}, {Label: "By", Value: by}}
	if c.How == slowly {
		fields = append(fields, lark.Field{Label: "How", Value: "slowly, as a delayed update"})
	}
	card.Elements = []lark.Element{fields}
	return &lark.CardBody{Type: "raw", Data: card}
}
