package request

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// content is a message's content, given by one field
// (im-v1/message/message-content-description/create_json).
type content struct {
	field string
	kind  string // msg_type
	doc   json.RawMessage
	given bool
}

// value is content of one text: {"text":"…"}, {"image_key":"…"}, ….
func value(field, kind, name string, text *string) content {
	if text == nil {
		return content{field: field}
	}
	c := content{field: field, kind: kind, given: true}
	if *text != "" {
		c.doc, _ = encode(map[string]string{name: *text}) // a map of strings always encodes
	}
	return c
}

// object is content that is given as Lark takes it.
func object(field, kind string, doc Object) content {
	return content{field, kind, json.RawMessage(doc), doc != nil}
}

// choose returns the one content that is given. raw is msg_type and content,
// which go together.
func choose(where, msgType string, raw Object, list ...content) (content, error) {
	if (msgType != "") != (raw != nil) {
		return content{}, fmt.Errorf("field %q: msg_type and content go together", where)
	}
	list = append(list, object("content", msgType, raw))
	fields := make([]field, len(list))
	for i, c := range list {
		fields[i] = field{c.field, c.given}
	}
	name, err := only(where, fields...)
	if err != nil {
		return content{}, err
	}
	for _, c := range list {
		if c.field == name && c.doc != nil {
			return c, nil
		}
	}
	return content{}, fmt.Errorf("field %q is empty", where+"."+name)
}

// FitText returns the beginning of a text that fits into a message. Its JSON
// stands in a JSON string, so that some characters take more bytes than they
// have.
func FitText(text string) string {
	const others = 1 << 10 // bytes of the call beside the text
	size := 0
	for i, r := range text {
		switch {
		case r == '"' || r == '\\':
			size += 4
		case r == '\n' || r == '\t' || r == '\r' || r == '\b' || r == '\f':
			size += 3
		case r < ' ':
			size += 7
		default:
			size += utf8.RuneLen(r)
		}
		if size > maxBody-others {
			return text[:i] + "…"
		}
	}
	return text
}

// Sizes of a call's body in bytes (im-v1/message/create).
const (
	maxBody = 150 << 10
	maxCard = 30 << 10 // of cards and posts
)

// fits checks the size of a call's body.
func (c content) fits(where string, body []byte) error {
	limit := maxBody
	if c.kind == "interactive" || c.kind == "post" {
		limit = maxCard
	}
	return fits(where, len(body), limit)
}

func fits(where string, size, limit int) error {
	if size > limit {
		return fmt.Errorf("field %q: the call has %d bytes, and Lark takes %d: make it shorter", where, size, limit)
	}
	return nil
}

// markdown is content written in Markdown. A post shows it where its md tag
// can: mentions, links, lists, code blocks, quotes, rules and styles
// (im-v1/message/message-content-description/create_json, "md"). Headings,
// tables and images are not among them; they need the markdown element of a
// JSON 2.0 card (feishu-cards/card-json-v2-components/content-components/
// rich-text), which takes a Lark client of version 7.20 or later.
func markdown(field string, text *string) content {
	if text == nil || *text == "" {
		return value(field, "post", "", text)
	}
	type element struct {
		Tag     string `json:"tag"`
		Text    string `json:"text,omitempty"`
		Content string `json:"content,omitempty"`
	}
	c := content{field: field, kind: "post", given: true}
	var doc any = map[string]any{"zh_cn": map[string]any{"content": [][]element{{{Tag: "md", Text: *text}}}}}
	if needsCard(*text) {
		c.kind = "interactive"
		doc = map[string]any{"schema": "2.0", "body": map[string]any{
			"elements": []element{{Tag: "markdown", Content: cardMentions(*text)}},
		}}
	}
	c.doc, _ = encode(doc) // texts always encode
	return c
}

// cardMentions writes mentions as a card has them: a post has user_id.
func cardMentions(text string) string {
	return strings.ReplaceAll(text, "<at user_id=", "<at id=")
}

// needsCard says whether a text has a heading, a table or an image outside
// its code blocks.
func needsCard(text string) bool {
	code := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			code = !code
			continue
		}
		if !code && (isHeading(line) || isTableRule(line) || hasImage(line)) {
			return true
		}
	}
	return false
}

func isHeading(line string) bool {
	rest := strings.TrimLeft(line, "#")
	level := len(line) - len(rest)
	return level >= 1 && level <= 6 && strings.HasPrefix(rest, " ")
}

// isTableRule knows the line under a table's head: |---|:--:|.
func isTableRule(line string) bool {
	return strings.Contains(line, "|") && strings.Contains(line, "-") && strings.Trim(line, "|-: \t") == ""
}

func hasImage(line string) bool {
	_, after, ok := strings.Cut(line, "![")
	return ok && strings.Contains(after, "](")
}
