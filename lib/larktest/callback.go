package larktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Toast is a short notice to the user who clicked.
type Toast struct {
	Type    string            `json:"type,omitempty"` // info, success, error or warning
	Content string            `json:"content,omitempty"`
	I18n    map[string]string `json:"i18n,omitempty"` // by language
}

// callback is what an app answers a click with: a toast, a card, both or
// nothing.
type callback struct {
	toast Toast
	card  json.RawMessage // nil for no change
}

// Answer gives a click the answer of its callback, of the new style or the
// old, as Lark's client does: it shows the toast (Message.Toast) and changes
// the card. Only the first answer of a click counts.
//
// An answer that Lark refuses changes nothing and is none. The error then has
// Lark's code: 200672 for an answer of another shape, 200673 for a wrong card
// ("cardkit-v1/card-callback-communication").
func (p *Platform) Answer(updateToken string, reply []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.clicks[updateToken]
	switch {
	case c == nil:
		return errors.New("no click has this token")
	case c.answered:
		return nil
	}
	m := p.messages.byID[c.message]
	cb, f := readCallback(reply)
	if f == nil && m != nil {
		f = cb.fits(m)
	}
	if f != nil {
		return fmt.Errorf("code %d: %s", f.code, f.msg)
	}
	c.answered = true
	if m == nil || m.Recalled {
		return nil
	}
	m.Toast = cb.toast
	if cb.card != nil {
		m.setCard(string(cb.card), p.now())
	}
	return nil
}

// readCallback tells the styles apart by "card", which the old one has not: it
// has the fields of the card itself beside the toast
// ("message-cards/configuring-card-callbacks/card-callback-structure").
func readCallback(reply []byte) (callback, *failure) {
	var cb callback
	var fields map[string]json.RawMessage
	if len(reply) > maxCard || json.Unmarshal(reply, &fields) != nil || fields == nil {
		return cb, malformed("the answer is not a JSON object of up to 30 KB")
	}
	if toast, ok := fields["toast"]; ok {
		types := []string{"", "info", "success", "error", "warning"}
		if json.Unmarshal(toast, &cb.toast) != nil || !slices.Contains(types, cb.toast.Type) {
			return cb, malformed("the toast is not valid")
		}
		delete(fields, "toast")
	}
	card, ok := fields["card"]
	switch {
	case ok && len(fields) > 1:
		return cb, malformed("there is more than toast and card")
	case ok:
		return cb, cb.unwrap(card)
	case len(fields) > 0:
		cb.card = encode(fields)
		return cb, checkCard(cb.card, 200673)
	}
	return cb, nil
}

// unwrap takes the card out of the new style's {"type","data"}.
func (cb *callback) unwrap(raw json.RawMessage) *failure {
	var wrapped *struct {
		Type string                     `json:"type"`
		Data map[string]json.RawMessage `json:"data"`
	}
	if json.Unmarshal(raw, &wrapped) != nil {
		return malformed("the card is not an object with type and data")
	}
	switch {
	case wrapped == nil:
		return nil // null
	case wrapped.Data != nil && wrapped.Type == "raw":
		cb.card = encode(wrapped.Data)
	case wrapped.Data != nil && wrapped.Type == "template":
		cb.card = encode(wrapped)
	default:
		return fail(200673, "card.type must be raw or template, with an object as data")
	}
	return checkCard(cb.card, 200673)
}

// fits refuses a card of another version of card JSON than the one it takes
// the place of. The version of a template is not known here.
func (cb *callback) fits(m *Message) *failure {
	if cb.card == nil {
		return nil
	}
	before, err := parseCard([]byte(m.Content))
	if err != nil || m.MsgType != "interactive" {
		return fail(200673, "the message is not a card")
	}
	after, err := parseCard(cb.card)
	if err != nil {
		return fail(200673, "card is not valid") // not reached: it was checked
	}
	if before.Type == "" && after.Type == "" && (before.Schema == "2.0") != (after.Schema == "2.0") {
		return fail(200673, "the card is of another version of card JSON than the one that was clicked")
	}
	return nil
}

func malformed(msg string) *failure { return fail(200672, msg) }
