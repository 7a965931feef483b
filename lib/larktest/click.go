package larktest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Rules of an update token ("interactive-v1/card/update").
const (
	clickLife = 30 * time.Minute
	clickUses = 2
	maxCard   = 30 << 10
)

// click is one user's click on a card.
type click struct {
	message string
	time    time.Time
	replied bool
	uses    int
}

// Click simulates a user's click on a card and returns the update token of its
// callback. After the callback has been answered (Answer), the token updates the
// card twice within 30 minutes. The platform need not know the message.
func (p *Platform) Click(messageID, openID string) (updateToken string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := "c-" + rand.Text()
	p.clicks[t] = &click{message: messageID, time: p.now()}
	if m := p.messages.byID[messageID]; m != nil {
		m.Clicks = append(m.Clicks, openID)
	}
	return t
}

// Answered answers the callback of a click with {}, which changes nothing. Until a
// callback is answered, the platform refuses updates with its token.
func (p *Platform) Answered(updateToken string) {
	_ = p.Answer(updateToken, []byte("{}")) // fails for an unknown token, which no update takes
}

func updateCard(p *Platform, x *exchange) (any, *failure) {
	var b struct {
		Token string                     `json:"token"`
		Card  map[string]json.RawMessage `json:"card"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	if f := checkUpdate(x, b.Card); f != nil {
		return nil, f
	}
	c := p.clicks[b.Token]
	if f := c.check(x.time); f != nil {
		return nil, f
	}
	m := p.messages.byID[c.message]
	switch {
	case m != nil && m.Recalled:
		return nil, fail(200000, "the message of the card is recalled")
	case m != nil && (m.AppID != x.app.ID || m.TenantKey != x.tenant):
		return nil, fail(200310, "the card was sent by another app")
	}
	c.uses++
	if m != nil {
		delete(b.Card, "open_ids")
		m.setCard(string(encode(b.Card)), x.time)
	}
	return noDataField{}, nil
}

// check refuses tokens that are unknown, old, used up or too early.
func (c *click) check(now time.Time) *failure {
	switch {
	case c == nil:
		return fail(300020, "invalid token")
	case now.Sub(c.time) > clickLife:
		return fail(300030, "token expired")
	case c.uses >= clickUses:
		return fail(300040, "token used more than twice")
	case !c.replied:
		return fail(10002, "the callback of this token has no answer yet")
	}
	return nil
}

// checkUpdate checks the new card: one that is not shared needs the users who get it.
func checkUpdate(x *exchange, fields map[string]json.RawMessage) *failure {
	raw := encode(fields)
	if fields == nil || bytes.Equal(raw, []byte("{}")) {
		return fail(10002, "card is required")
	}
	if len(x.body) > maxCard {
		return fail(10002, "card is larger than 30 KB")
	}
	if f := checkCard(raw, 11311); f != nil {
		return f
	}
	c, err := parseCard(raw)
	switch {
	case err != nil:
		return fail(11311, "card is not valid")
	case !c.shared() && len(c.OpenIDs) == 0:
		return fail(300090, "open_ids is required for a card with update_multi false")
	}
	return nil
}

// Toast is a short message that the user who clicked sees.
type Toast struct {
	Type    string            `json:"type,omitempty"` // info, success, error or warning
	Content string            `json:"content,omitempty"`
	I18n    map[string]string `json:"i18n,omitempty"` // by language
}

// callback is the decoded reply of an app to a click: a toast, a card, both or
// neither.
type callback struct {
	toast Toast
	card  json.RawMessage // nil for no change
}

// Answer applies the reply to a click's callback, in the new format or the old, as
// Lark's client does: it shows the toast (Message.Toast) and changes the card.
// Only the first reply to a click counts.
//
// A reply that Lark refuses changes nothing and does not count. The error then has
// Lark's code: 200672 for a reply of another format, 200673 for an invalid card
// ("cardkit-v1/card-callback-communication").
func (p *Platform) Answer(updateToken string, reply []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.clicks[updateToken]
	switch {
	case c == nil:
		return errors.New("no click has this token")
	case c.replied:
		return nil
	}
	m := p.messages.byID[c.message]
	cb, f := readCallback(reply)
	if f == nil && m != nil {
		f = cb.checkReplaces(m)
	}
	if f != nil {
		return fmt.Errorf("code %d: %s", f.code, f.msg)
	}
	c.replied = true
	if m == nil || m.Recalled {
		return nil
	}
	m.Toast = cb.toast
	if cb.card != nil {
		m.setCard(string(cb.card), p.now())
	}
	return nil
}

// readCallback decodes a reply of either format. The old format has no field card:
// the fields of the card itself are beside the toast
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

// unwrap reads the card from the new format's {"type","data"}.
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

// checkReplaces refuses a card whose version of card JSON differs from that of the
// card which it replaces. The version of a template is not known here.
func (cb *callback) checkReplaces(m *Message) *failure {
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
