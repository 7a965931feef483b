package larktest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// contentFields lists the fields the content of each message type must have
// ("im-v1/message-content-description/create_json").
var contentFields = map[string][]string{
	"text":        {"text"},
	"post":        nil,
	"image":       {"image_key"},
	"file":        {"file_key"},
	"audio":       {"file_key"},
	"media":       {"file_key"},
	"sticker":     {"file_key"},
	"share_chat":  {"chat_id"},
	"share_user":  {"user_id"},
	"system":      {"type"},
	"interactive": nil,
}

// messageTypes in the order of the documentation.
var messageTypes = []string{"text", "post", "image", "file", "audio", "media", "sticker",
	"interactive", "share_chat", "share_user", "system"}

var postTags = []string{"text", "a", "at", "img", "media", "emotion", "hr", "code_block", "md"}

// maxContent is the largest request body for a message type ("im-v1/message/create").
func maxContent(msgType string) int {
	switch msgType {
	case "interactive", "post":
		return 30 << 10
	}
	return 150 << 10
}

// invalidContent returns the failure 230001, with the detail where Lark puts it.
func invalidContent(format string, args ...any) *failure {
	return fail(230001, "Your request contains an invalid request parameter, ext="+fmt.Sprintf(format, args...))
}

// checkContent checks content, the JSON text of a message of type msgType.
func (p *Platform) checkContent(x *exchange, msgType, content string) *failure {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(content), &fields); err != nil || fields == nil {
		return invalidContent("content is not a string in json format")
	}
	for _, name := range contentFields[msgType] {
		if text(fields[name]) == "" {
			return invalidContent("content of %s has no %s", msgType, name)
		}
	}
	switch msgType {
	case "post":
		if f := checkPost(fields); f != nil {
			return f
		}
		var all any
		_ = json.Unmarshal([]byte(content), &all) // cannot fail: it was decoded above
		return checkMarkdown(all, 230099)
	case "interactive":
		_, f := parseCard([]byte(content), 230099)
		return f
	case "image":
		return p.checkOwner(x, msgType, text(fields["image_key"]))
	case "file", "audio", "media":
		return p.checkOwner(x, msgType, text(fields["file_key"]))
	}
	return nil
}

// text returns the string in raw, or "" if raw is no string.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// checkOwner checks that the app uploaded the file itself, as the type that the
// message needs.
func (p *Platform) checkOwner(x *exchange, msgType, key string) *failure {
	u := p.upload(key)
	if u == nil || u.AppID != x.app.ID {
		return fail(230017, "Bot is NOT the owner of the resource.")
	}
	needed := map[string]string{"opus": "audio", "mp4": "media", "message": "image", "avatar": "avatar"}[u.Type]
	if msgType != cmp.Or(needed, "file") {
		return fail(230055, "The type of file upload does not match the type of message being sent.")
	}
	return nil
}

// checkPost checks that a post has one body per language, each a list of paragraphs.
func checkPost(languages map[string]json.RawMessage) *failure {
	if len(languages) == 0 {
		return invalidContent("post has no language")
	}
	for name, raw := range languages {
		var body struct {
			Content [][]struct {
				Tag string `json:"tag"`
			} `json:"content"`
		}
		if json.Unmarshal(raw, &body) != nil || len(body.Content) == 0 {
			return invalidContent("post content of %s is not a list of paragraphs", name)
		}
		for _, paragraph := range body.Content {
			for _, e := range paragraph {
				if !slices.Contains(postTags, e.Tag) {
					return invalidContent("post has unknown tag %q", e.Tag)
				}
			}
		}
	}
	return nil
}

// card has the fields of a card that the platform checks.
type card struct {
	Schema string          `json:"schema"`
	Type   string          `json:"type"`
	Data   json.RawMessage `json:"data"`
	Config struct {
		UpdateMulti *bool `json:"update_multi"`
	} `json:"config"`
	Header       json.RawMessage `json:"header"`
	Elements     json.RawMessage `json:"elements"`
	I18nElements json.RawMessage `json:"i18n_elements"`
	Body         *struct {
		Elements []any `json:"elements"`
	} `json:"body"`
	OpenIDs []string `json:"open_ids"`
}

// removedInV2 are the tags of schema 1 that schema 2 refuses ("card-json-v2-breaking-changes").
var removedInV2 = []string{"action", "note"}

// badCard returns the failure code, with a second code inside its message as Lark
// nests it.
func badCard(code, nested int, detail string) *failure {
	return fail(code, fmt.Sprintf("Failed to create card content, ext=ErrCode: %d; ErrMsg: %s", nested, detail))
}

// parseCard decodes a card and checks its schema or, if it is a template or a card
// entity, the id of that.
func parseCard(raw []byte, code int) (card, *failure) {
	c, err := decodeCard(raw)
	if err != nil {
		return card{}, badCard(code, 200621, "parse card json err, please check whether the card json is correct; ErrorValue: "+err.Error())
	}
	var all any
	_ = json.Unmarshal(raw, &all) // cannot fail: decodeCard has read it
	if f := checkMarkdown(all, code); f != nil {
		return card{}, f
	}
	return c, c.check(code)
}

func decodeCard(raw []byte) (card, error) {
	var c card
	err := json.Unmarshal(raw, &c)
	return c, err
}

func (c card) check(code int) *failure {
	switch {
	case c.Type == "template":
		return checkReference(c, "template_id", code)
	case c.Type == "card":
		return checkReference(c, "card_id", code)
	case c.Schema == "2.0":
		return checkV2(c, code)
	case c.Schema != "" && c.Schema != "1.0":
		return badCard(code, 200621, "unknown schema "+c.Schema)
	case c.Elements == nil && c.I18nElements == nil && c.Header == nil:
		return badCard(code, 200621, "card has no elements")
	}
	return nil
}

// checkReference checks that the data of a template or card entity has an id.
func checkReference(c card, field string, code int) *failure {
	var data map[string]json.RawMessage
	if json.Unmarshal(c.Data, &data) != nil || text(data[field]) == "" {
		return badCard(code, 200380, "template does not exist, data has no "+field)
	}
	return nil
}

func checkV2(c card, code int) *failure {
	if c.Elements != nil || c.Body == nil {
		return badCard(code, 200621, "a card of schema 2.0 has its elements in body")
	}
	if tag := findTag(c.Body.Elements, removedInV2); tag != "" {
		return badCard(code, 200861, "cards of schema V2 no longer support this capability; ErrorValue: unsupported tag "+tag)
	}
	return nil
}

// findTag returns the first of tags that occurs in v.
func findTag(v any, tags []string) string {
	switch v := v.(type) {
	case map[string]any:
		if tag, _ := v["tag"].(string); slices.Contains(tags, tag) {
			return tag
		}
		for _, e := range v {
			if tag := findTag(e, tags); tag != "" {
				return tag
			}
		}
	case []any:
		for _, e := range v {
			if tag := findTag(e, tags); tag != "" {
				return tag
			}
		}
	}
	return ""
}

// HasButtons reports whether the message is a card with buttons. What is in a
// template is not known here.
func (m *Message) HasButtons() bool {
	var content any
	return m.MsgType == "interactive" && json.Unmarshal([]byte(m.Content), &content) == nil &&
		findTag(content, []string{"button"}) != ""
}

// shared reports whether everybody who sees the card sees its updates. Schema 1
// needs update_multi for that; schema 2 and templates are shared by default.
func (c card) shared() bool {
	if c.Config.UpdateMulti != nil {
		return *c.Config.UpdateMulti
	}
	return c.Schema == "2.0" || c.Type != ""
}
