package larktest

import (
	"strings"
	"time"
	"unicode/utf8"
)

// followUpLife is how long after it was sent a message can get follow-up bubbles
// ("im-v1/message/push_follow_up").
const followUpLife = 10 * time.Minute

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
	m, f := p.ownMessage(x, fail(230004, "invisible message."))
	if f != nil {
		return nil, f
	}
	if f := p.checkFollowUp(x, m); f != nil {
		return nil, f
	}
	m.FollowUps = texts
	return nil, nil
}

// checkFollowUp checks that the message is the newest of a chat with one user and has
// no follow-up bubbles yet.
func (p *Platform) checkFollowUp(x *exchange, m *Message) *failure {
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
