package larktest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Message is the present state of a message.
type Message struct {
	ID string
	// ReceiveID is whom it was sent to; for a reply, the chat of the parent.
	ReceiveID string
	// ReceiveIDType is one of the API's, or "department_id" in a batch and
	// "webhook" for a custom bot.
	ReceiveIDType string
	MsgType       string
	// Content is the JSON text that the API takes, after the latest edit or update. Of a
	// card entity it is the card JSON.
	Content  string
	UUID     string
	ParentID string
	RootID   string
	ThreadID string
	InThread bool
	Recalled bool
	// Edited is the number of edits, and Updated the number of updates of a card.
	Edited, Updated        int
	CreateTime, UpdateTime time.Time
	// AppID is empty for a webhook and for a message of a user (AddMessage).
	AppID, TenantKey string
	// SenderID is the open id of the user who sent it (AddMessage), "" if it is not known.
	SenderID string
	// OnlyFor is the id of the one user who sees an ephemeral card.
	OnlyFor   string
	Reactions []string // emoji types, in order
	Urgent    []Urgent
	FollowUps []string
	Clicks    []string // open_ids of users who clicked the card
	// Toast is the toast in the answer to the latest of these clicks, zero if it had none.
	Toast Toast
}

// messages holds all messages and what belongs to them.
type messages struct {
	all    []*Message // in the order of their delivery
	byID   map[string]*Message
	byUUID map[string]*Message    // by scope and uuid
	recent map[string][]time.Time // the times of the last second's messages, by receiver
	reads  map[string][]read      // by message id
	// reactions are the emojis that were added and not removed, by reaction id.
	reactions map[string]reaction
}

func newMessages() messages {
	return messages{
		byID:      map[string]*Message{},
		byUUID:    map[string]*Message{},
		recent:    map[string][]time.Time{},
		reads:     map[string][]read{},
		reactions: map[string]reaction{},
	}
}

// Messages returns the delivered messages to one receiver, in order; "" means
// all receivers. Recalled messages stay, marked.
func (p *Platform) Messages(receiveID string) []Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Message
	for _, m := range p.messages.all {
		if m.AppID == "" && m.ReceiveIDType != hookType {
			continue // AddMessage
		}
		if receiveID == "" || m.ReceiveID == receiveID {
			out = append(out, m.clone())
		}
	}
	return out
}

// History returns all messages, those of users (AddMessage) too, in the order in which
// they came. Recalled messages stay, marked.
func (p *Platform) History() []Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Message, 0, len(p.messages.all))
	for _, m := range p.messages.all {
		out = append(out, m.clone())
	}
	return out
}

// Message returns the message with this id. It also returns messages of users
// (AddMessage), but none of a batch.
func (p *Platform) Message(id string) (Message, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.messages.byID[id]
	if m == nil {
		return Message{}, false
	}
	return m.clone(), true
}

func (m *Message) clone() Message {
	c := *m
	c.Reactions, c.FollowUps = slices.Clone(m.Reactions), slices.Clone(m.FollowUps)
	c.Urgent, c.Clicks = slices.Clone(m.Urgent), slices.Clone(m.Clicks)
	return c
}

// Card returns the current card of an interactive message.
func (p *Platform) Card(messageID string) (json.RawMessage, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.messages.byID[messageID]
	if m == nil || m.MsgType != "interactive" {
		return nil, false
	}
	return json.RawMessage(m.Content), true
}

// AddMessage adds a message that a user sent, so that an app can forward it and reply to
// it in its chat. Messages does not return it. If m has no ID, it gets a new one.
// AddMessage returns the ID.
func (p *Platform) AddMessage(m Message) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.AppID = ""
	p.messages.add(p, &m)
	return m.ID
}

// add adds m, and sets its id and its times if it has none.
func (ms *messages) add(p *Platform, m *Message) {
	if m.ID == "" {
		m.ID = p.nextID("om_")
	}
	if m.CreateTime.IsZero() {
		m.CreateTime = p.now()
	}
	m.UpdateTime = m.CreateTime
	ms.all = append(ms.all, m)
	// The id of a batch is not a message id: no call on a message accepts it.
	if !strings.HasPrefix(m.ID, "bm-") {
		ms.byID[m.ID] = m
	}
}

// data returns the message object of the API ("im-v1/message/create").
func (m *Message) data() map[string]any {
	d := map[string]any{
		"message_id":  m.ID,
		"msg_type":    m.MsgType,
		"create_time": millis(m.CreateTime),
		"update_time": millis(m.UpdateTime),
		"deleted":     m.Recalled,
		"updated":     m.Edited > 0,
		"chat_id":     m.ChatID(),
		"sender": map[string]any{
			"id": m.AppID, "id_type": "app_id", "sender_type": "app", "tenant_key": m.TenantKey,
		},
		"body": map[string]any{"content": m.Content},
	}
	for k, v := range map[string]string{"parent_id": m.ParentID, "root_id": m.RootID, "thread_id": m.ThreadID} {
		if v != "" {
			d[k] = v
		}
	}
	return d
}

// ChatID returns the id of the chat that m is in. For a message to a user, that is
// the user's chat with the app.
func (m *Message) ChatID() string {
	if m.ReceiveIDType == "chat_id" || strings.HasPrefix(m.ReceiveID, "oc_") {
		return m.ReceiveID
	}
	sum := sha256.Sum256([]byte(m.AppID + " " + m.ReceiveID))
	return "oc_" + hex.EncodeToString(sum[:16])
}

// getMessage is "im-v1/message/get".
func getMessage(p *Platform, x *exchange) (any, *failure) {
	m := p.messages.byID[x.PathValue("id")]
	if m == nil {
		return nil, noMessage()
	}
	return map[string]any{"items": []any{m.data()}}, nil
}
