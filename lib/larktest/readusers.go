package larktest

import (
	"time"
)

// readLife is how long after a message was sent an app can ask who has read it
// ("im-v1/message/read_users").
const readLife = 7 * 24 * time.Hour

// read is one user who has read a message.
type read struct {
	user string
	time time.Time
}

// MarkRead records that users have read a message. Their ids are what read_users shows.
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
	m, f := p.ownMessage(x, fail(230012, "Bot is NOT the sender of the message."))
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
			"timestamp":    millis(r.time),
			"tenant_key":   x.tenant,
		}
	})
}
