package larktest

import (
	"strings"
	"time"
)

const (
	maxEdits = 20                  // "im-v1/message/update"
	cardLife = 14 * 24 * time.Hour // "im-v1/message/patch"
)

// ownMessage returns the message in the path, which the app must have sent, or
// notOwner if another app sent it.
func (p *Platform) ownMessage(x *exchange, notOwner *failure) (*Message, *failure) {
	m := p.messages.byID[x.PathValue("id")]
	switch {
	case m == nil:
		return nil, noMessage()
	case m.AppID != x.app.ID || m.TenantKey != x.tenant:
		return nil, notOwner
	case m.Recalled:
		return nil, recalled()
	}
	return m, nil
}

// knownMessage returns the message in the path. A well-formed id the platform does not
// know is treated as a message that some user sent.
func (p *Platform) knownMessage(x *exchange) (*Message, *failure) {
	id := x.PathValue("id")
	m := p.messages.byID[id]
	switch {
	case m == nil && strings.HasPrefix(id, "om_"):
		return &Message{ID: id}, nil
	case m == nil:
		return nil, noMessage()
	case m.Recalled:
		return nil, recalled()
	}
	return m, nil
}

func noMessage() *failure {
	return fail(99992354, "The request you send is not a valid {open_message_id} or not exists")
}

func recalled() *failure { return fail(230011, "The message is recalled.") }

func editMessage(p *Platform, x *exchange) (any, *failure) {
	var b outgoing
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	var c check
	c.oneOf("msg_type", b.MsgType, []string{"text", "post"})
	if f := p.checkOutgoing(x, c, outgoing{MsgType: b.MsgType, Content: b.Content}); f != nil {
		return nil, f
	}
	m, f := p.ownMessage(x, fail(230071, "The operator is not the sender of the message."))
	switch {
	case f != nil:
		return nil, f
	case m.MsgType != "text" && m.MsgType != "post":
		return nil, fail(230054, "This operation is not supported for this message type.")
	case m.Edited >= maxEdits:
		return nil, fail(230072, "The message has reached the number of times it can be edited.")
	}
	m.MsgType, m.Content, m.UpdateTime = b.MsgType, b.Content, x.time
	m.Edited++
	return m.data(), nil
}

func patchCard(p *Platform, x *exchange) (any, *failure) {
	var b outgoing
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	if f := p.checkOutgoing(x, nil, outgoing{MsgType: "interactive", Content: b.Content}); f != nil {
		return nil, f
	}
	m, f := p.ownMessage(x, fail(230027, "Lack of necessary permissions."))
	switch {
	case f != nil:
		return nil, f
	case m.MsgType != "interactive" || m.OnlyFor != "":
		return nil, invalidContent("this message is not a card that can be updated")
	case x.time.Sub(m.CreateTime) > cardLife:
		return nil, fail(230031, "Message can only be modified within 14 days after sending.")
	}
	for _, content := range []string{m.Content, b.Content} {
		if c, err := decodeCard([]byte(content)); err != nil || !c.shared() {
			return nil, invalidContent("config.update_multi must be true before and after the update")
		}
	}
	m.setCard(b.Content, x.time)
	return nil, nil
}

func (m *Message) setCard(content string, now time.Time) {
	m.Content, m.UpdateTime = content, now
	m.Updated++
}

func recallMessage(p *Platform, x *exchange) (any, *failure) {
	m, f := p.ownMessage(x, fail(230026, "No permission to recall this message."))
	if f != nil {
		return nil, f
	}
	m.Recalled, m.UpdateTime = true, x.time
	return nil, nil
}
