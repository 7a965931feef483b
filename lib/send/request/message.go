package request

import (
	"fmt"
	"strings"

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

// NewTarget returns the target with an id, which it tells apart by how Lark makes
// ids, or with an e-mail address. It is nil for "".
func NewTarget(id string) *Target {
	switch {
	case id == "":
		return nil
	case strings.HasPrefix(id, "oc_"):
		return &Target{ChatID: id}
	case strings.HasPrefix(id, "ou_"):
		return &Target{OpenID: id}
	case strings.HasPrefix(id, "on_"):
		return &Target{UnionID: id}
	case strings.Contains(id, "@"):
		return &Target{Email: id}
	}
	return &Target{UserID: id}
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

// receiver returns the receiver that is given.
func (t *Target) receiver(where string) (lark.Receiver, error) {
	if t == nil {
		t = &Target{}
	}
	name, err := oneGiven(where, field{"chat_id", t.ChatID != ""}, field{"open_id", t.OpenID != ""}, field{"user_id", t.UserID != ""},
		field{"union_id", t.UnionID != ""}, field{"email", t.Email != ""})
	switch name {
	case "chat_id":
		return lark.ToChat(t.ChatID), err
	case "open_id":
		return lark.ToUser(t.OpenID), err
	case "user_id":
		return lark.ToUserID(t.UserID), err
	case "union_id":
		return lark.ToUnionID(t.UnionID), err
	}
	return lark.ToEmail(t.Email), err
}

// content is a video's.
func (m *Media) content() content {
	c := content{field: "media", given: m != nil}
	if c.given && m.FileKey != "" {
		c.what = lark.Media(*m)
	}
	return c
}

// template is a card made from a template
// (im-v1/message/message-content-description/create_json, "interactive").
func template(data Object) content {
	return content{field: "template", given: data != nil, what: lark.CardBody{Type: "template", Data: data}}
}

func (m *Message) content() (content, error) {
	return choose("message", m.MsgType, m.Content,
		value[lark.Text]("text", m.Text),
		object("post", lark.MsgPost, m.Post),
		markdown("markdown", m.Markdown),
		object("card", lark.MsgInteractive, m.Card),
		template(m.Template),
		value[lark.ImageKey]("image", m.Image),
		value[lark.FileKey]("file", m.File),
		value[lark.AudioKey]("audio", m.Audio),
		m.Media.content(),
		value[lark.StickerKey]("sticker", m.Sticker),
		value[lark.ShareChat]("share_chat", m.ShareChat),
		value[lark.ShareUser]("share_user", m.ShareUser),
	)
}

// plan is im-v1/message/create or, for a reply, im-v1/message/reply.
func (m *Message) plan(c common) (*Plan, error) {
	content, err := m.content()
	if err != nil {
		return nil, err
	}
	to, target, err := receiver("message", m.To, m.ReplyTo)
	if err != nil {
		return nil, err
	}
	call, err := lark.MessageCall(to, content.what, c.uuid)
	if err != nil {
		return nil, fmt.Errorf("making the call of the message: %w", err)
	}
	return c.call(target, call), content.fits("message."+content.field, call.Body)
}

// receiver returns whom a message reaches, and the name of the plan's target. where
// is the path of the verb, which has one of the fields to and reply_to.
func receiver(where string, target *Target, reply *Reply) (to lark.Receiver, name string, err error) {
	if _, err := oneGiven(where, field{"to", target != nil}, field{"reply_to", reply != nil}); err != nil {
		return to, "", err
	}
	if reply == nil {
		to, err = target.receiver(where + ".to")
		return to, to.IDType() + " " + to.ID(), err
	}
	if to = lark.ReplyTo(reply.MessageID); reply.InThread {
		to = to.InThread()
	}
	return to, "message " + reply.MessageID, required(where+".reply_to", field{"message_id", reply.MessageID != ""})
}

// onMessage begins a call about a message, and names its target.
func onMessage(method, id, rest string) (call lark.Call, target string) {
	return lark.Call{
		Method: method, Path: "im/v1/messages/:message_id" + rest, PathParams: map[string]string{"message_id": id},
	}, "message " + id
}
