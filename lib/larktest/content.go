package larktest

import (
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

// invalidContent is 230001 with the platform's way to add detail.
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
		return checkPost(fields)
	case "interactive":
		return checkCard([]byte(content), 230099)
	case "image":
		return p.checkOwner(x, msgType, text(fields["image_key"]))
	case "file", "audio", "media":
		return p.checkOwner(x, msgType, text(fields["file_key"]))
	}
	return nil
}

// text is the string in raw, or "".
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// checkOwner: bots send only what they uploaded, as the type it was uploaded for.
func (p *Platform) checkOwner(x *exchange, msgType, key string) *failure {
	u := p.upload(key)
	if u == nil || u.AppID != x.app.ID {
		return fail(230017, "Bot is NOT the owner of the resource.")
	}
	want := map[string]string{"opus": "audio", "mp4": "media", "message": "image", "avatar": "avatar"}[u.Type]
	if want == "" {
		want = "file"
	}
	if msgType != want {
		return fail(230055, "The type of file upload does not match the type of message being sent.")
	}
	return nil
}

// checkPost wants one body per language, each a list of paragraphs.
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
