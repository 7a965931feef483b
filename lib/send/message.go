package send

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"larkbridge/lib/lark"
)

// Message is the verb that sends a message, or a reply to one.
type Message struct {
	To      *Target `json:"to"`
	ReplyTo *Reply  `json:"reply_to"`

	Text      *string         `json:"text"`
	Post      json.RawMessage `json:"post"`
	Card      json.RawMessage `json:"card"`
	Template  json.RawMessage `json:"template"`
	Image     *string         `json:"image"`
	File      *string         `json:"file"`
	Audio     *string         `json:"audio"`
	Sticker   *string         `json:"sticker"`
	ShareChat *string         `json:"share_chat"`
	ShareUser *string         `json:"share_user"`

	MsgType string          `json:"msg_type"`
	Content json.RawMessage `json:"content"`
}

// Target is where a message goes: exactly one field.
type Target struct {
	ChatID  string `json:"chat_id"`
	OpenID  string `json:"open_id"`
	UserID  string `json:"user_id"`
	UnionID string `json:"union_id"`
	Email   string `json:"email"`
}

// Reply names the message that is answered.
type Reply struct {
	MessageID string `json:"message_id"`
	InThread  bool   `json:"in_thread"`
}

// receiver returns receive_id_type and receive_id.
func (t *Target) receiver() (kind, id string, err error) {
	for _, f := range [...]struct{ kind, id string }{
		{"chat_id", t.ChatID}, {"open_id", t.OpenID}, {"user_id", t.UserID}, {"union_id", t.UnionID}, {"email", t.Email},
	} {
		if f.id == "" {
			continue
		}
		if kind != "" {
			return "", "", fmt.Errorf(`field "message.to": both %s and %s are given`, kind, f.kind)
		}
		kind, id = f.kind, f.id
	}
	if kind == "" {
		return "", "", errors.New(`field "message.to": give one of chat_id, open_id, user_id, union_id, email`)
	}
	return kind, id, nil
}

// content returns msg_type and the content object
// (im-v1/message/message-content-description/create_json).
func (m *Message) content() (kind string, content json.RawMessage, err error) {
	set := func(k string, c json.RawMessage) {
		if kind != "" && err == nil {
			err = fmt.Errorf(`field "message": both %s and %s are given`, kind, k)
		}
		kind, content = k, c
	}
	key := func(kind, field string, value *string) {
		if value != nil {
			doc, _ := json.Marshal(map[string]string{field: *value}) // a map of strings always marshals
			set(kind, doc)
		}
	}
	key("text", "text", m.Text)
	key("image", "image_key", m.Image)
	key("file", "file_key", m.File)
	key("audio", "file_key", m.Audio)
	key("sticker", "file_key", m.Sticker)
	key("share_chat", "chat_id", m.ShareChat)
	key("share_user", "user_id", m.ShareUser)
	if m.Post != nil {
		set("post", m.Post)
	}
	if m.Card != nil {
		set("interactive", m.Card)
	}
	if m.Template != nil {
		set("interactive", json.RawMessage(`{"type":"template","data":`+string(m.Template)+`}`))
	}
	switch {
	case m.MsgType != "" && m.Content != nil:
		set(m.MsgType, m.Content)
	case m.MsgType != "" || m.Content != nil:
		return "", nil, errors.New(`field "message": msg_type and content go together`)
	}
	if kind == "" {
		return "", nil, errors.New(`field "message": there is no content: give text, post, card, template, image, file, audio, sticker, share_chat, share_user, or msg_type and content`)
	}
	return kind, content, err
}

// call makes the API call. uuid makes Lark drop a repetition within an hour
// (im-v1/message/create).
func (m *Message) call(uuid string) (lark.Call, error) {
	kind, content, err := m.content()
	if err != nil {
		return lark.Call{}, err
	}
	body := map[string]any{"msg_type": kind, "content": string(content), "uuid": uuid}
	call := lark.Call{Method: http.MethodPost}
	switch {
	case m.To != nil && m.ReplyTo != nil:
		return call, errors.New(`field "message": both to and reply_to are given`)
	case m.ReplyTo != nil:
		if m.ReplyTo.MessageID == "" {
			return call, errors.New(`field "message.reply_to": message_id is missing`)
		}
		call.Path = "im/v1/messages/" + url.PathEscape(m.ReplyTo.MessageID) + "/reply"
		if m.ReplyTo.InThread {
			body["reply_in_thread"] = true
		}
	case m.To != nil:
		kind, id, err := m.To.receiver()
		if err != nil {
			return call, err
		}
		call.Path, call.Query = "im/v1/messages", url.Values{"receive_id_type": {kind}}
		body["receive_id"] = id
	default:
		return call, errors.New(`field "message": give to or reply_to`)
	}
	call.Body, err = json.Marshal(body)
	return call, err
}
