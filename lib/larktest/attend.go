package larktest

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

var userIDTypes = []string{"open_id", "union_id", "user_id"}

const (
	readLife     = 7 * 24 * time.Hour // "im-v1/message/read_users"
	followUpLife = 600 * time.Second  // "im-v1/message/push_follow_up"
)

// addReaction is "im-v1/message-reaction/create".
func addReaction(p *Platform, x *exchange) (any, *failure) {
	var b struct {
		Type struct {
			Emoji string `json:"emoji_type"`
		} `json:"reaction_type"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	var c check
	c.required("reaction_type.emoji_type", b.Type.Emoji)
	if f := c.failure(); f != nil {
		return nil, f
	}
	m, f := p.seen(x)
	switch {
	case f != nil:
		return nil, fail(231003, "The message is not found, maybe not exist or deleted.")
	case m.MsgType == "system":
		return nil, fail(231017, "This operation is not supported for this message type.")
	}
	m.Reactions = append(m.Reactions, b.Type.Emoji)
	return map[string]any{
		"reaction_id":   p.nextID("r_"),
		"operator":      map[string]any{"operator_id": x.app.ID, "operator_type": "app"},
		"action_time":   strconv.FormatInt(x.time.UnixMilli(), 10),
		"reaction_type": b.Type,
	}, nil
}

// urge is "im-v1/message/urgent_app" and its siblings.
func urge(kind string) handler {
	return func(p *Platform, x *exchange) (any, *failure) {
		var b struct {
			Users []string `json:"user_id_list"`
		}
		if f := x.decode(&b); f != nil {
			return nil, f
		}
		var c check
		c.oneOf("user_id_type", x.URL.Query().Get("user_id_type"), userIDTypes)
		if len(b.Users) == 0 || len(b.Users) > 200 {
			c.add("user_id_list", "", "the len must be 1 to 200")
		}
		if f := c.failure(); f != nil {
			return nil, f
		}
		m, f := p.own(x, fail(230012, "Bot is NOT the sender of the message."))
		if f != nil {
			return nil, f
		}
		m.Urgent = append(m.Urgent, Urgent{kind, b.Users})
		return map[string]any{"invalid_user_id_list": []string{}}, nil
	}
}

// read is one user who has read a message.
type read struct {
	user string
	time time.Time
}

// MarkRead records that users, by the ids read_users will show, have read a message.
func (p *Platform) MarkRead(messageID string, users ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, u := range users {
		p.messages.reads[messageID] = append(p.messages.reads[messageID], read{u, p.now()})
	}
}

// readUsers is "im-v1/message/read_users".
func readUsers(p *Platform, x *exchange) (any, *failure) {
	idType := x.URL.Query().Get("user_id_type")
	var c check
	c.oneOf("user_id_type", idType, userIDTypes)
	if f := c.failure(); f != nil {
		return nil, f
	}
	m, f := p.own(x, fail(230012, "Bot is NOT the sender of the message."))
	switch {
	case f != nil:
		return nil, f
	case x.time.Sub(m.CreateTime) > readLife:
		return nil, fail(230033, "Get the reading status must be done within 7 days after the message is sent.")
	}
	return page(x, "items", 100, p.messages.reads[m.ID], func(r read) any {
		return map[string]any{
			"user_id_type": idType,
			"user_id":      r.user,
			"timestamp":    strconv.FormatInt(r.time.UnixMilli(), 10),
			"tenant_key":   x.tenant,
		}
	})
}

// pushFollowUp is "im-v1/message/push_follow_up".
func pushFollowUp(p *Platform, x *exchange) (any, *failure) {
	var b struct {
		FollowUps []struct {
			Content string `json:"content"`
		} `json:"follow_ups"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	var texts []string
	for _, u := range b.FollowUps {
		if n := utf8.RuneCountInString(u.Content); n == 0 || n > 200 {
			return nil, fail(230007, "invalid follow up.")
		}
		texts = append(texts, u.Content)
	}
	if len(texts) == 0 || len(texts) > 3 {
		return nil, fail(230007, "invalid follow up.")
	}
	m, f := p.own(x, fail(230004, "invisible message."))
	if f != nil {
		return nil, f
	}
	if f := p.followable(x, m); f != nil {
		return nil, f
	}
	m.FollowUps = texts
	return nil, nil
}

// followable: bubbles go below the newest message of a single chat only, once.
func (p *Platform) followable(x *exchange, m *Message) *failure {
	newest := m
	for _, o := range p.messages.all {
		if o.ChatID() == m.ChatID() {
			newest = o
		}
	}
	switch {
	case x.time.Sub(m.CreateTime) > followUpLife:
		return fail(230002, "expired message.")
	case strings.HasPrefix(m.ReceiveID, "oc_"):
		return fail(230003, "only support p2p chat.")
	case newest != m:
		return fail(230006, "only support latest message.")
	case m.FollowUps != nil:
		return fail(230008, "follow up already exist.")
	}
	return nil
}
