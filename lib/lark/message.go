package lark

import (
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
func plainMessage(message members) json.RawMessage {
	raw := message.raw("content")
	content := message.text("content")
	text, ok := plainText(string(message.text("message_type")), content)
	o := object{make([]byte, 0, 2*len(content)+32)}
	o.name([]byte("text"))
	o.buf = quote(o.buf, mentionNames(text, readMentions(message.raw("mentions"))))
	switch {
	case ok:
		o.add([]byte("content"), content)
	case raw != nil:
		o.add([]byte("content"), raw)
	}
	return o.end()
}

// plainText returns the text of a message's content and whether the content
// is JSON. Types that hold no text give "".
func plainText(messageType string, content []byte) (string, bool) {
	var text strings.Builder
	r := newReader(content)
	if r.kind() != '{' {
		return "", isJSON(content)
	}
	err := r.members(func(name []byte) error {
		switch {
		case messageType == "text" && string(name) == "text":
			s, err := r.text()
			text.WriteString(s)
			return err
		case messageType == "post" && string(name) == "title":
			s, err := r.text()
			if s != "" {
				s += "\n"
			}
			text.WriteString(s)
			return err
		case messageType == "post" && string(name) == "content" && r.kind() == '[':
			return r.postText(&text)
		}
		_, err := r.value()
		return err
	})
	if err != nil || r.end() != nil {
		return "", false
	}
	return strings.TrimRight(text.String(), "\n"), true
}

func isJSON(content []byte) bool {
	r := newReader(content)
	_, err := r.value()
	return err == nil && r.end() == nil
}

// postText reads the lines of a received post, an array of arrays of tags
// (im-v1/message/message-content-description/message_content).
func (r *reader) postText(text *strings.Builder) error {
	return r.elements(func() error {
		if r.kind() != '[' {
			_, err := r.value()
			return err
		}
		err := r.elements(func() error { return r.postTag(text) })
		text.WriteByte('\n')
		return err
	})
}

// postTag reads one tag of a post line: its text, or for a mention its key,
// which mentionNames replaces.
func (r *reader) postTag(text *strings.Builder) error {
	if r.kind() != '{' {
		_, err := r.value()
		return err
	}
	var tag members
	if err := r.collect(&tag); err != nil {
		return err
	}
	switch string(tag.text("tag")) {
	case "at":
		text.Write(tag.text("user_id"))
	case "emotion":
		text.WriteString("[" + string(tag.text("emoji_type")) + "]")
	default:
		text.Write(tag.text("text"))
	}
	return nil
}

// readMentions reads message.mentions; anything else gives none.
func readMentions(raw []byte) []mention {
	if len(raw) == 0 || raw[0] != '[' {
		return nil
	}
	var list []mention
	r := newReader(raw)
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
	if len(mentions) == 0 {
		return text
	}
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
