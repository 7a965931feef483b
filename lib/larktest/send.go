package larktest

import (
	"slices"
	"strings"
	"time"
)

// uuidWindow is how long calls with the same uuid make one message only
// ("im-v1/message/create").
const uuidWindow = time.Hour

var (
	receiverTypes = []string{"open_id", "union_id", "user_id", "email", "chat_id"}
	userIDTypes   = []string{"open_id", "union_id", "user_id"}
	// A message can be forwarded to a thread, too ("im-v1/message/forward").
	forwardTypes = slices.Concat(receiverTypes, []string{"thread_id"})
)

// outgoing is the body of the calls that make a message.
type outgoing struct {
	ReceiveID     string   `json:"receive_id"`
	MsgType       string   `json:"msg_type"`
	Content       string   `json:"content"`
	UUID          string   `json:"uuid"`
	ReplyInThread bool     `json:"reply_in_thread"`
	IDs           []string `json:"message_id_list"`
}

func sendMessage(p *Platform, x *exchange) (any, *failure) {
	var b outgoing
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	to := x.URL.Query().Get("receive_id_type")
	var c check
	c.oneOf("receive_id_type", to, receiverTypes)
	c.required("receive_id", b.ReceiveID)
	if f := p.checkOutgoing(x, c, b); f != nil {
		return nil, f
	}
	if f := checkReceiver(to, b.ReceiveID); f != nil {
		return nil, f
	}
	m := &Message{ReceiveID: b.ReceiveID, ReceiveIDType: to, MsgType: b.MsgType, Content: b.Content, UUID: b.UUID}
	return p.addOrFind(x, "send", m)
}

func replyMessage(p *Platform, x *exchange) (any, *failure) {
	var b outgoing
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	if f := p.checkOutgoing(x, nil, b); f != nil {
		return nil, f
	}
	parent, f := p.knownMessage(x)
	if f != nil {
		return nil, f
	}
	m := &Message{
		ReceiveID: parent.ReceiveID, ReceiveIDType: parent.ReceiveIDType,
		MsgType: b.MsgType, Content: b.Content, UUID: b.UUID,
		ParentID: parent.ID, RootID: parent.RootID, ThreadID: parent.ThreadID,
		InThread: b.ReplyInThread || parent.ThreadID != "",
	}
	if m.RootID == "" {
		m.RootID = parent.ID
	}
	if m.InThread && m.ThreadID == "" {
		// The id of a thread is made from its root, so that all replies to the root share it.
		m.ThreadID = "omt_" + strings.TrimPrefix(m.RootID, "om_")
	}
	return p.addOrFind(x, "reply", m)
}

// checkOutgoing checks what sending and replying have in common.
func (p *Platform) checkOutgoing(x *exchange, c check, b outgoing) *failure {
	c.oneOf("msg_type", b.MsgType, messageTypes)
	c.required("content", b.Content)
	c.maxLen("uuid", b.UUID, 50)
	if f := c.failure(); f != nil {
		return f
	}
	if len(x.body) > maxContent(b.MsgType) {
		return tooLong()
	}
	return p.checkContent(x, b.MsgType, b.Content)
}

func tooLong() *failure { return fail(230025, "The length of the message content reaches its limit.") }

// checkReceiver checks that the id has the prefix of its type.
func checkReceiver(idType, id string) *failure {
	prefix := map[string]string{"open_id": "ou_", "union_id": "on_", "chat_id": "oc_", "thread_id": "omt_"}[idType]
	if !strings.HasPrefix(id, prefix) || idType == "email" && !strings.Contains(id, "@") {
		return fail(230034, "The receive_id is invalid.")
	}
	return nil
}

// addOrFind adds m, or returns the message that its uuid stands for already. What
// the real platform returns for a second call is not documented; the first
// message is what a retrying caller needs.
func (p *Platform) addOrFind(x *exchange, scope string, m *Message) (any, *failure) {
	ms := &p.messages
	key := strings.Join([]string{scope, x.app.ID, x.tenant, m.UUID}, " ")
	if first := ms.byUUID[key]; m.UUID != "" && first != nil && x.time.Sub(first.CreateTime) < uuidWindow {
		return first.data(), nil
	}
	if f := p.throttle(x, m.ReceiveID); f != nil {
		return nil, f
	}
	if f := p.sendEntity(x, m); f != nil {
		return nil, f
	}
	m.AppID, m.TenantKey, m.CreateTime = x.app.ID, x.tenant, x.time
	ms.add(p, m)
	if m.UUID != "" {
		ms.byUUID[key] = m
	}
	return m.data(), nil
}

func chatThrottled() *failure {
	return fail(230020, "This operation triggers the frequency limit.")
}

// throttle applies WithChatLimit over the last second.
func (p *Platform) throttle(x *exchange, receiver string) *failure {
	// Replies to messages the platform does not know have no known receiver.
	if p.chatLimit == 0 || receiver == "" {
		return nil
	}
	recent := p.messages.recent[receiver]
	for len(recent) > 0 && x.time.Sub(recent[0]) >= time.Second {
		recent = recent[1:]
	}
	if len(recent) >= p.chatLimit {
		return chatThrottled()
	}
	p.messages.recent[receiver] = append(recent, x.time)
	return nil
}
