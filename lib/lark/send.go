package lark

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
)

// Receiver is whom a message reaches.
type Receiver struct {
	idType, id string
	inThread   bool
	tenantKey  string
}

// ToChat sends to a chat by its chat_id, such as oc_….
func ToChat(id string) Receiver { return Receiver{idType: "chat_id", id: id} }

// ToUser sends to a user by the open_id, such as ou_….
func ToUser(id string) Receiver { return Receiver{idType: "open_id", id: id} }

// ToUserID sends to a user by the user_id.
func ToUserID(id string) Receiver { return Receiver{idType: "user_id", id: id} }

// ToUnionID sends to a user by the union_id, such as on_….
func ToUnionID(id string) Receiver { return Receiver{idType: "union_id", id: id} }

// ToEmail sends to a user by the e-mail address.
func ToEmail(address string) Receiver { return Receiver{idType: "email", id: address} }

// ReplyTo answers a message by its message_id, such as om_….
func ReplyTo(messageID string) Receiver { return Receiver{id: messageID} }

// InThread returns a reply that opens a thread or continues it.
func (r Receiver) InThread() Receiver { r.inThread = true; return r }

// InTenant returns the receiver in a tenant. A marketplace app needs it.
func (r Receiver) InTenant(key string) Receiver { r.tenantKey = key; return r }

// Content is what a message says: [Text], [Markdown], [Card], [Template],
// [ImageKey], [FileKey], [AudioKey], [Video], [StickerKey], [ShareChat],
// [ShareUser] or, for everything else, [Raw].
type Content interface{ content() Raw }

// Raw is content as the API takes it: its msg_type, and a value that encodes to
// the content's JSON (im-v1/message/message-content-description/create_json).
type Raw struct {
	MsgType string
	Content any
}

// Template is a card that was made in Lark's card builder.
type Template struct {
	ID        string         `json:"template_id"`
	Version   string         `json:"template_version_name,omitempty"`
	Variables map[string]any `json:"template_variable,omitempty"`
}

// Video is an uploaded video, and the image that stands for it, if any.
type Video struct {
	FileKey  string `json:"file_key"`
	ImageKey string `json:"image_key,omitempty"`
}

// Contents that are one key or one id.
type (
	ImageKey   string // an uploaded image
	FileKey    string // an uploaded file
	AudioKey   string // an uploaded file in the format opus
	StickerKey string // a sticker that the bot has received
	ShareChat  string // the chat_id of a chat to recommend
	ShareUser  string // the open_id of a user to recommend
)

func (r Raw) content() Raw        { return r }
func (t Text) content() Raw       { return single("text", "text", t) }
func (k ImageKey) content() Raw   { return single("image", "image_key", k) }
func (k FileKey) content() Raw    { return single("file", "file_key", k) }
func (k AudioKey) content() Raw   { return single("audio", "file_key", k) }
func (k StickerKey) content() Raw { return single("sticker", "file_key", k) }
func (id ShareChat) content() Raw { return single("share_chat", "chat_id", id) }
func (id ShareUser) content() Raw { return single("share_user", "user_id", id) }
func (v Video) content() Raw      { return Raw{"media", v} }
func (c Card) content() Raw       { return Raw{"interactive", c} }
func (t Template) content() Raw {
	return Raw{"interactive", map[string]any{"type": "template", "data": t}}
}
func (m Markdown) content() Raw {
	line := []any{map[string]any{"tag": "md", "text": m}}
	return Raw{"post", map[string]any{"zh_cn": map[string]any{"content": []any{line}}}}
}

func single(msgType, name string, value any) Raw { return Raw{msgType, map[string]any{name: value}} }

// SentMessage is a message that Lark has taken.
type SentMessage struct {
	MessageID  string `json:"message_id"`
	RootID     string `json:"root_id"`
	ParentID   string `json:"parent_id"`
	ThreadID   string `json:"thread_id"`
	ChatID     string `json:"chat_id"`
	MsgType    string `json:"msg_type"`
	CreateTime string `json:"create_time"` // in milliseconds
}

// Send sends a message, or a reply to one (im-v1/message/create and reply). It
// gives the message a uuid of its own, by which Lark drops repetitions of the call.
// Every error is an [*Error].
func (c *Client) Send(ctx context.Context, to Receiver, what Content) (SentMessage, error) {
	raw := what.content()
	content, err := json.Marshal(raw.Content)
	if err != nil {
		return SentMessage{}, invalid("the content of the message does not encode to JSON: " + err.Error())
	}
	if to.id == "" || raw.MsgType == "" {
		return SentMessage{}, invalid("a message needs a receiver and content")
	}
	body := map[string]any{"msg_type": raw.MsgType, "content": string(content), "uuid": rand.Text()}
	call := Call{Method: http.MethodPost, Path: "im/v1/messages", TenantKey: to.tenantKey}
	if to.idType == "" {
		call.Path, call.PathParams = "im/v1/messages/:message_id/reply", map[string]string{"message_id": to.id}
		body["reply_in_thread"] = to.inThread
	} else {
		call.Query = url.Values{"receive_id_type": {to.idType}}
		body["receive_id"] = to.id
	}
	if call.Body, err = json.Marshal(body); err != nil {
		return SentMessage{}, invalid("encoding the message: " + err.Error())
	}
	return Do[SentMessage](ctx, c, call)
}
