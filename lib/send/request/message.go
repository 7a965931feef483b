package request

import (
	"net/http"
	"net/url"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Message is the verb that sends a message, or a reply to one.
type Message struct {
	To      *Target `json:"to"`
	ReplyTo *Reply  `json:"reply_to"`

	Text      *string `json:"text"`
	Post      Object  `json:"post"`
	Markdown  *string `json:"markdown"`
	Card      Object  `json:"card"`
	Template  Object  `json:"template"`
	Image     *string `json:"image"`
	File      *string `json:"file"`
	Audio     *string `json:"audio"`
	Media     *Media  `json:"media"`
	Sticker   *string `json:"sticker"`
	ShareChat *string `json:"share_chat"`
	ShareUser *string `json:"share_user"`

	MsgType string `json:"msg_type"`
	Content Object `json:"content"`
}

// Target is whom a message reaches: exactly one field.
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

// Media is a video, with the image that stands for it until it is played.
type Media struct {
	FileKey  string `json:"file_key"`
	ImageKey string `json:"image_key"`
}

// receiver returns receive_id_type and receive_id. A missing target has none.
func (t *Target) receiver(where string) (kind, id string, err error) {
	if t == nil {
		t = &Target{}
	}
	ids := map[string]string{
		"chat_id": t.ChatID, "open_id": t.OpenID, "user_id": t.UserID, "union_id": t.UnionID, "email": t.Email,
	}
	var fields []field
	for _, name := range []string{"chat_id", "open_id", "user_id", "union_id", "email"} {
		fields = append(fields, field{name, ids[name] != ""})
	}
	kind, err = only(where, fields...)
	return kind, ids[kind], err
}

// media is content of its own shape.
func (m *Media) content() content {
	if m == nil {
		return content{field: "media"}
	}
	c := content{field: "media", kind: "media", given: true}
	if m.FileKey != "" {
		keys := map[string]string{"file_key": m.FileKey}
		if m.ImageKey != "" {
			keys["image_key"] = m.ImageKey
		}
		c.doc, _ = encode(keys) // a map of strings always encodes
	}
	return c
}

// template is a card made from a template
// (im-v1/message/message-content-description/create_json, "interactive").
func template(data Object) content {
	c := object("template", "interactive", data)
	if c.given {
		c.doc = append(append([]byte(`{"type":"template","data":`), data...), '}')
	}
	return c
}

func (m *Message) content() (content, error) {
	return choose("message", m.MsgType, m.Content,
		value("text", "text", "text", m.Text),
		object("post", "post", m.Post),
		markdown("markdown", m.Markdown),
		object("card", "interactive", m.Card),
		template(m.Template),
		value("image", "image", "image_key", m.Image),
		value("file", "file", "file_key", m.File),
		value("audio", "audio", "file_key", m.Audio),
		m.Media.content(),
		value("sticker", "sticker", "file_key", m.Sticker),
		value("share_chat", "share_chat", "chat_id", m.ShareChat),
		value("share_user", "share_user", "user_id", m.ShareUser),
	)
}

// outgoing is the body of the calls that make a message. Its content is JSON
// in a string; uuid makes Lark drop a repetition within an hour.
type outgoing struct {
	ReceiveID     string `json:"receive_id,omitempty"`
	MsgType       string `json:"msg_type"`
	Content       string `json:"content"`
	ReplyInThread bool   `json:"reply_in_thread,omitzero"`
	UUID          string `json:"uuid,omitempty"`
}

// plan is im-v1/message/create or, for a reply, im-v1/message/reply.
func (m *Message) plan(c common) (*Plan, error) {
	content, err := m.content()
	if err != nil {
		return nil, err
	}
	if _, err := only("message", field{"to", m.To != nil}, field{"reply_to", m.ReplyTo != nil}); err != nil {
		return nil, err
	}
	body := outgoing{MsgType: content.kind, Content: string(content.doc), UUID: c.uuid}
	var target string
	call := lark.Call{Method: http.MethodPost}
	if m.ReplyTo != nil {
		if err := required("message.reply_to", field{"message_id", m.ReplyTo.MessageID != ""}); err != nil {
			return nil, err
		}
		call, target = onMessage(http.MethodPost, m.ReplyTo.MessageID, "/reply")
		body.ReplyInThread = m.ReplyTo.InThread
	} else {
		kind, id, err := m.To.receiver("message.to")
		if err != nil {
			return nil, err
		}
		call.Path, call.Query = "im/v1/messages", url.Values{"receive_id_type": {kind}}
		target, body.ReceiveID = kind+" "+id, id
	}
	if call.Body, err = encode(body); err != nil {
		return nil, err
	}
	return c.call(target, call), content.fits("message."+content.field, call.Body)
}

// onMessage begins a call about a message, and names its target.
func onMessage(method, id, rest string) (call lark.Call, target string) {
	return lark.Call{
		Method: method, Path: "im/v1/messages/:message_id" + rest, PathParams: map[string]string{"message_id": id},
	}, "message " + id
}
