package lark

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// mention is one entry of message.mentions.
type mention struct {
	key, name string
	bot       bool
}

// plainMessage makes {"text":…,"content":…} of a received message: what a rule
// can match. Content that is not JSON stays as the string that it came as.
func (e *envelope) plainMessage() json.RawMessage {
	raw := e.message.raw("content")
	content := e.message.text("content")
	text, ok := e.r.plainText(e.message.text("message_type"), content)
	if mentions := e.r.mentions(e.message.raw("mentions")); mentions != nil {
		text = []byte(mentionNames(string(text), mentions))
	}
	o := object{make([]byte, 0, 2*len(content)+32)}
	o.name([]byte("text"))
	o.buf = quote(o.buf, text)
	switch {
	case ok:
		o.add([]byte("content"), content)
	case raw != nil:
		o.add([]byte("content"), raw)
	}
	return o.end()
}

// plainText returns the text of a message's content and whether the content
// is JSON. Types that hold no text give none.
func (r *reader) plainText(messageType, content []byte) (text []byte, ok bool) {
	r.reset(content)
	if r.kind() != '{' {
		_, err := r.value()
		return nil, err == nil && r.end() == nil
	}
	err := r.members(func(name []byte) (err error) {
		switch kind := string(messageType); {
		case kind == "text" && string(name) == "text":
			text, err = r.appendText(text)
		case kind == "post" && string(name) == "title":
			if text, err = r.appendText(text); len(text) > 0 {
				text = append(text, '\n')
			}
		case kind == "post" && string(name) == "content" && r.kind() == '[':
			text, err = r.appendPost(text)
		default:
			_, err = r.value()
		}
		return err
	})
	if err != nil || r.end() != nil {
		return nil, false
	}
	return bytes.TrimRight(text, "\n"), true
}

// appendText appends the text of a string; other values have none.
func (r *reader) appendText(text []byte) ([]byte, error) {
	v, err := r.value()
	if err != nil || len(v) == 0 || v[0] != '"' {
		return text, err
	}
	if v = unquote(v); text == nil {
		return v[:len(v):len(v)], nil
	}
	return append(text, v...), nil
}

// appendPost appends the lines of a received post, an array of arrays of tags
// (im-v1/message/message-content-description/message_content).
func (r *reader) appendPost(text []byte) ([]byte, error) {
	err := r.elements(func() (err error) {
		if r.kind() != '[' {
			_, err = r.value()
			return err
		}
		err = r.elements(func() (err error) {
			text, err = r.appendTag(text)
			return err
		})
		text = append(text, '\n')
		return err
	})
	return text, err
}

// appendTag appends the text of one tag of a post line, or for a mention its
// key, which mentionNames replaces.
func (r *reader) appendTag(text []byte) ([]byte, error) {
	if r.kind() != '{' {
		_, err := r.value()
		return text, err
	}
	var tag members
	if err := r.collect(&tag); err != nil {
		return text, err
	}
	switch string(tag.text("tag")) {
	case "at":
		return append(text, tag.text("user_id")...), nil
	case "emotion":
		return append(append(append(text, '['), tag.text("emoji_type")...), ']'), nil
	}
	return append(text, tag.text("text")...), nil
}

// mentions reads message.mentions; anything else gives none.
func (r *reader) mentions(raw []byte) []mention {
	if len(raw) == 0 || raw[0] != '[' {
		return nil
	}
	var list []mention
	r.reset(raw)
	_ = r.elements(func() error { // raw has been read before: it is JSON
		if r.kind() != '{' {
			_, err := r.value()
			return err
		}
		var m members
		err := r.collect(&m)
		if key := string(m.text("key")); key != "" {
			list = append(list, mention{key, string(m.text("name")), string(m.text("mentioned_type")) == "bot"})
		}
		return err
	})
	return list
}

// mentionNames replaces each mention's key (@_user_1) by @name and removes the
// mention of a bot that the text begins with: what is left is what was said to
// the bot.
func mentionNames(text string, mentions []mention) string {
	// @_user_1 begins @_user_10: the longest key is tried first.
	slices.SortFunc(mentions, func(a, b mention) int { return len(b.key) - len(a.key) })
	start := strings.TrimLeft(text, " ")
	for _, m := range mentions {
		if rest, ok := strings.CutPrefix(start, m.key); ok {
			if m.bot {
				text = strings.TrimLeft(rest, " \n")
			}
			break
		}
	}
	pairs := make([]string, 0, 2*len(mentions))
	for _, m := range mentions {
		pairs = append(pairs, m.key, "@"+m.name)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
