package larktest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
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
	message  string
	time     time.Time
	answered bool
	uses     int
}

// Click makes a user click a card and returns the token of the callback, with
// which the card can be updated twice within 30 minutes, once the callback has
// been answered (Answer). The message need not be known.
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

// Answered tells that the callback of a click has an answer, one that changes
// nothing. An update before that fails or is undone at once, so it is refused
// here.
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
	return flat{}, nil
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
	case !c.answered:
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
