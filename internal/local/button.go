package local

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Button is a button of a card.
type Button struct {
	Label string
	Value json.RawMessage // what a click on it brings
}

// Buttons returns the buttons of a card of any version, in their order.
func Buttons(card []byte) []Button {
	var doc any
	if json.Unmarshal(card, &doc) != nil {
		return nil
	}
	return buttonsIn(doc)
}

func buttonsIn(value any) (found []Button) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			found = append(found, buttonsIn(element)...)
		}
	case object:
		if value["tag"] == "button" {
			return []Button{newButton(value)}
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			found = append(found, buttonsIn(value[name])...)
		}
	}
	return found
}

// newButton reads a button: its value is a field of it in cards of version 1.0, and in its
// callback in those of 2.0.
func newButton(b object) Button {
	label, _ := child(b, "text")["content"].(string)
	value := b["value"]
	behaviors, _ := b["behaviors"].([]any)
	for _, behavior := range behaviors {
		if behavior, ok := behavior.(object); ok && behavior["type"] == "callback" {
			value = behavior["value"]
		}
	}
	doc, err := json.Marshal(value)
	if err != nil {
		doc = json.RawMessage("null") // it was decoded from JSON
	}
	return Button{label, doc}
}

// FindButton returns the button that a user means: the one with the label, in any case, or
// for "" the first.
func FindButton(card []byte, label string) (Button, error) {
	all := Buttons(card)
	var labels []string
	for _, b := range all {
		if label == "" || strings.EqualFold(b.Label, label) {
			return b, nil
		}
		labels = append(labels, fmt.Sprintf("%q", b.Label))
	}
	if len(all) == 0 {
		return Button{}, fmt.Errorf("the card has no button")
	}
	return Button{}, fmt.Errorf("the card has no button %q, but %s", label, strings.Join(labels, ", "))
}
