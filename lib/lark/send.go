package lark

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
)

// Receiver is a chat or a user that gets a message, or the message that it answers.
type Receiver struct {
	idType, id string
	inThread   bool
	tenantKey  string
}

// ToChat returns the receiver for a chat_id, such as oc_….
func ToChat(id string) Receiver { return Receiver{idType: "chat_id", id: id} }

// ToUser returns the receiver for the open_id of a user, such as ou_….
func ToUser(id string) Receiver { return Receiver{idType: "open_id", id: id} }

// ToUserID returns the receiver for the user_id of a user.
func ToUserID(id string) Receiver { return Receiver{idType: "user_id", id: id} }

// ToUnionID returns the receiver for the union_id of a user, such as on_….
func ToUnionID(id string) Receiver { return Receiver{idType: "union_id", id: id} }

// ToEmail returns the receiver for the e-mail address of a user.
func ToEmail(address string) Receiver { return Receiver{idType: "email", id: address} }

// ReplyTo returns the receiver of a reply to the message with a message_id, such
// as om_….
func ReplyTo(messageID string) Receiver { return Receiver{id: messageID} }

// InThread returns the receiver of a reply that opens a thread or continues it.
func (r Receiver) InThread() Receiver { r.inThread = true; return r }

// InTenant returns the receiver in a tenant. A marketplace app needs it.
func (r Receiver) InTenant(key string) Receiver { r.tenantKey = key; return r }

// IDType returns the receive_id_type, such as chat_id; "" for a reply.
func (r Receiver) IDType() string { return r.idType }

// ID returns the receive_id; for a reply, the id of the message that it answers.
func (r Receiver) ID() string { return r.id }

// SentMessage is a message that Lark has accepted.
type SentMessage struct {
	MessageID  string `json:"message_id"`
	RootID     string `json:"root_id"`
	ParentID   string `json:"parent_id"`
	ThreadID   string `json:"thread_id"`
	ChatID     string `json:"chat_id"`
	MsgType    string `json:"msg_type"`
	CreateTime string `json:"create_time"` // in milliseconds
}

// Send sends a message, or a reply to one, and returns it as Lark has accepted it.
// The message gets a uuid of its own, by which Lark drops repetitions of the call.
// Every error is an [*Error].
func (c *Client) Send(ctx context.Context, to Receiver, content Content) (SentMessage, error) {
	call, err := MessageCall(to, content, rand.Text())
	if err != nil {
		return SentMessage{}, err
	}
	return Do[SentMessage](ctx, c, call)
}

// messageBody is the body of the calls that make or change a message. The content
// is JSON in a string.
type messageBody struct {
	ReceiveID     string `json:"receive_id,omitempty"`
	MsgType       string `json:"msg_type"`
	Content       string `json:"content"`
	ReplyInThread bool   `json:"reply_in_thread,omitempty"`
	UUID          string `json:"uuid,omitempty"`
}

// MessageCall returns the call that sends a message, or a reply to one
// (im-v1/message/create and im-v1/message/reply). Within an hour Lark drops a
// message whose uuid it has seen; "" is no uuid.
func MessageCall(to Receiver, content Content, uuid string) (Call, error) {
	if to.id == "" {
		return Call{}, invalid("a message needs a receiver")
	}
	call := Call{Method: http.MethodPost, Path: "im/v1/messages", TenantKey: to.tenantKey}
	body := messageBody{UUID: uuid}
	if to.idType == "" {
		call.Path, call.PathParams = "im/v1/messages/:message_id/reply", map[string]string{"message_id": to.id}
		body.ReplyInThread = to.inThread
	} else {
		call.Query = url.Values{"receive_id_type": {to.idType}}
		body.ReceiveID = to.id
	}
	return call.withMessage(body, content)
}

// EditCall returns the call that replaces the content of a text or a post
// (im-v1/message/update).
func EditCall(messageID string, content Content) (Call, error) {
	call := Call{Method: http.MethodPut, Path: "im/v1/messages/:message_id", PathParams: map[string]string{"message_id": messageID}}
	return call.withMessage(messageBody{}, content)
}

// withMessage returns the call with content in its body.
func (call Call) withMessage(body messageBody, content Content) (Call, error) {
	msgType, doc, err := Encode(content)
	if err != nil {
		return Call{}, err
	}
	body.MsgType, body.Content = msgType, string(doc)
	if call.Body, err = encodeJSON(body); err != nil {
		return Call{}, invalid(err.Error())
	}
	return call, nil
}
