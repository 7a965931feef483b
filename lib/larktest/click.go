package larktest

import (
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

// Answered answers the callback of a click with {}, which changes nothing. The platform
// refuses updates with a callback's token until the callback has its answer.
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

// checkUpdate checks the new card. A card that is not shared must list the users who
// get the update.
func checkUpdate(x *exchange, fields map[string]json.RawMessage) *failure {
	if len(fields) == 0 {
		return fail(10002, "card is required")
	}
	if len(x.body) > maxCard {
		return fail(10002, "card is larger than 30 KB")
	}
	c, f := parseCard(encode(fields), 11311)
	if f == nil && !c.shared() && len(c.OpenIDs) == 0 {
		f = fail(300090, "open_ids is required for a card with update_multi false")
	}
	return f
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
	toast   Toast
	content json.RawMessage // the new card; nil for no change
	card    card            // content, decoded
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
	if cb.content != nil {
		m.setCard(string(cb.content), p.now())
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
	newCard, ok := fields["card"]
	switch {
	case ok && len(fields) > 1:
		return cb, malformed("there is more than toast and card")
	case ok:
		return cb, cb.unwrap(newCard)
	case len(fields) > 0:
		return cb, cb.setCard(encode(fields))
	}
	return cb, nil
}

// setCard checks the content of the new card and keeps it.
func (cb *callback) setCard(content json.RawMessage) (f *failure) {
	cb.content = content
	cb.card, f = parseCard(content, 200673)
	return f
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
		return cb.setCard(encode(wrapped.Data))
	case wrapped.Data != nil && wrapped.Type == "template":
		return cb.setCard(encode(wrapped))
	}
	return fail(200673, "card.type must be raw or template, with an object as data")
}

// checkReplaces refuses a card whose version of card JSON differs from that of the
// card which it replaces. The version of a template is not known here.
func (cb *callback) checkReplaces(m *Message) *failure {
	if cb.content == nil {
		return nil
	}
	before, err := decodeCard([]byte(m.Content))
	if err != nil || m.MsgType != "interactive" {
		return fail(200673, "the message is not a card")
	}
	if before.Type == "" && cb.card.Type == "" && (before.Schema == "2.0") != (cb.card.Schema == "2.0") {
		return fail(200673, "the card is of another version of card JSON than the one that was clicked")
	}
	return nil
}

func malformed(msg string) *failure { return fail(200672, msg) }
