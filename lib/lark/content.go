package lark

import (
	"encoding/json"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// Content is the content of a message: [Text], [Markdown], [Post], [Card], [CardBody],
// [Template], [ImageKey], [FileKey], [AudioKey], [Media], [StickerKey], [ShareChat],
// [ShareUser] or, for everything else, [Raw].
type Content interface{ content() Raw }

// Raw is content as the API takes it: its msg_type, and a value that encodes to
// the content's JSON (im-v1/message/message-content-description/create_json).
type Raw struct {
	MsgType string
	Content any
}

// The msg_types of messages that can be edited, or that have a size limit of their own.
const (
	MsgText        = "text"
	MsgPost        = "post"
	MsgInteractive = "interactive" // a card
)

// MsgType returns the msg_type of a message with this content.
func MsgType(content Content) string { return content.content().MsgType }

// Encode returns the msg_type of a message's content and its JSON, without escapes
// that JSON does not need: Lark limits the bytes of a message.
func Encode(content Content) (msgType string, doc []byte, err error) {
	if content == nil {
		return "", nil, invalid("a message needs content")
	}
	raw := content.content()
	if raw.MsgType == "" || raw.Content == nil {
		return "", nil, invalid("a message needs content: its msg_type or its value is missing")
	}
	doc, err = encodeJSON(raw.Content)
	if err != nil {
		return "", nil, invalid("the content of the message does not encode to JSON: " + err.Error())
	}
	return raw.MsgType, doc, nil
}

// encodeJSON encodes a value without escapes that JSON does not need. What is not
// valid Unicode becomes U+FFFD.
func encodeJSON(value any) ([]byte, error) {
	doc, err := json.Marshal(value)
	if err == nil {
		doc, err = jsontext.AppendFormat(nil, doc, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	}
	if err != nil {
		return nil, fmt.Errorf("encoding JSON: %w", err)
	}
	return doc, nil
}

// Post is rich text in one or more languages, by the names of these, such as zh_cn and
// en_us.
type Post map[string]PostText

// PostText is the rich text of a [Post] in one language.
type PostText struct {
	Title      string          `json:"title,omitempty"`
	Paragraphs [][]PostElement `json:"content"`
}

// PostElement is an element of a paragraph. Its tag says which of the other fields
// it has: text, a, at, img, media, emotion, hr, code_block or md.
type PostElement struct {
	Tag       string   `json:"tag"`
	Text      string   `json:"text,omitempty"`
	Style     []string `json:"style,omitempty"` // bold, italic, underline or lineThrough
	Href      string   `json:"href,omitempty"`
	UserID    string   `json:"user_id,omitempty"`
	ImageKey  string   `json:"image_key,omitempty"`
	FileKey   string   `json:"file_key,omitempty"`
	EmojiType string   `json:"emoji_type,omitempty"`
	Language  string   `json:"language,omitempty"` // of a code_block
}

// Template is a card that was made in Lark's card builder.
type Template struct {
	ID        string         `json:"template_id"`
	Version   string         `json:"template_version_name,omitempty"`
	Variables map[string]any `json:"template_variable,omitempty"`
}

// Media is an uploaded video and its cover image, if it has one.
type Media struct {
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
func (t Text) content() Raw       { return single(MsgText, "text", t) }
func (k ImageKey) content() Raw   { return single("image", "image_key", k) }
func (k FileKey) content() Raw    { return single("file", "file_key", k) }
func (k AudioKey) content() Raw   { return single("audio", "file_key", k) }
func (k StickerKey) content() Raw { return single("sticker", "file_key", k) }
func (id ShareChat) content() Raw { return single("share_chat", "chat_id", id) }
func (id ShareUser) content() Raw { return single("share_user", "user_id", id) }
func (m Media) content() Raw      { return Raw{"media", m} }
func (p Post) content() Raw       { return Raw{MsgPost, p} }
func (c Card) content() Raw       { return Raw{MsgInteractive, c} }
func (t Template) content() Raw   { return CardBody{"template", t}.content() }
func (m Markdown) content() Raw {
	return Post{"zh_cn": {Paragraphs: [][]PostElement{{{Tag: "md", Text: string(m)}}}}}.content()
}

// content returns a raw card as it is, and a template with its type.
func (b CardBody) content() Raw {
	if b.Type == "raw" {
		return Raw{MsgInteractive, b.Data}
	}
	return Raw{MsgInteractive, b}
}

// single returns content that is an object with one field.
func single(msgType, name string, value any) Raw { return Raw{msgType, map[string]any{name: value}} }
