package lark

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode"
	"unicode/utf8"
)

// message reads event.message of an im.message.receive_v1 and makes of it what
// a rule can match and a handler can use without any code of Lark's formats.
// One value reads one message.
type message struct {
	reader    *reader
	botOpenID string // the app's own bot, "" when the settings do not say it
	mentions  []mention
	listed    int // so many of them are entries of message.mentions
	resources []resource

	// text collects the words. Where a tag of the content mentions somebody it
	// holds a reference to an entry of mentions: see appendMention.
	text      []byte
	lineStart int // where the line that is being read begins in text
}

// resource is a file that the API "get a resource of a message" returns.
type resource struct {
	kind      string
	key, name []byte // JSON strings; a nil name is none
}

// readMessage returns detail.message as JSON: type, text and content, and those of
// command, to_me, mentions, resources, reply_to, root and thread for which
// there is something to say.
func (e *envelope) readMessage(botOpenID string) json.RawMessage {
	m := message{reader: &e.r, botOpenID: botOpenID}
	f := fieldsOf(e.message)
	m.readMentions(f.mentions)
	kind := textIn(f.kind)
	content, decoded := m.decodeContent(string(kind), f.content)
	text := m.plainText()

	o := object{make([]byte, 0, len(content)+len(text)+len(content)/8+256)}
	if kind != nil {
		o.addQuoted("type", kind)
	}
	o.addQuoted("text", text)
	switch {
	case decoded:
		o.add([]byte("content"), content)
	case content != nil:
		o.addQuoted("content", content)
	}
	o.addCommand(text)
	m.addToMe(&o, textIn(f.chatType))
	m.addMentions(&o)
	m.addResources(&o)
	o.addID("reply_to", f.parent)
	o.addID("root", f.root)
	o.addID("thread", f.thread)
	return o.end()
}

// messageFields are the fields of event.message that detail.message is made from.
type messageFields struct {
	kind, chatType, content, mentions, parent, root, thread []byte
}

// fieldsOf finds them in one pass. Of several of one name the last counts.
func fieldsOf(all members) messageFields {
	var f messageFields
	for _, x := range all {
		switch string(x.name) {
		case "message_type":
			f.kind = x.value
		case "chat_type":
			f.chatType = x.value
		case "content":
			f.content = x.value
		case "mentions":
			f.mentions = x.value
		case "parent_id":
			f.parent = x.value
		case "root_id":
			f.root = x.value
		case "thread_id":
			f.thread = x.value
		}
	}
	return f
}

// textIn returns the text of a JSON string, nil for any other value.
func textIn(v []byte) []byte {
	if len(v) == 0 || v[0] != '"' {
		return nil
	}
	return unquote(v)
}

// addID appends a member whose value is a string that is not empty, if v is one.
func (o *object) addID(name string, v []byte) {
	if id := textIn(v); len(id) > 0 {
		o.addQuoted(name, id)
	}
}

// decodeContent reads the words and the resources of the content. It returns
// the content as JSON and true; or, where it is not an object or an array, even
// after repairJSON, its text and false. Lark sends a string that holds JSON.
func (m *message) decodeContent(kind string, raw []byte) (content []byte, decoded bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, false
	}
	if content = raw; raw[0] == '"' {
		content = unquote(raw)
	}
	if m.readContent(kind, content) == nil {
		return content, true
	}
	repaired := repairJSON(content)
	if repaired != nil && m.readContent(kind, repaired) == nil {
		return repaired, true
	}
	m.text, m.resources = nil, nil
	if kind == "text" {
		m.text = content
	}
	return content, false
}

// addQuoted appends a member whose value is a JSON string.
func (o *object) addQuoted(name string, text []byte) {
	o.name([]byte(name))
	o.buf = quote(o.buf, text)
}

// addCommand appends the command of a text that begins with a slash: its first
// word without the slash, and what follows.
func (o *object) addCommand(text []byte) {
	rest, ok := bytes.CutPrefix(text, []byte("/"))
	if !ok {
		return
	}
	end := bytes.IndexFunc(rest, isSpace)
	if end < 0 {
		end = len(rest)
	}
	if end == 0 {
		return
	}
	command := object{}
	command.addQuoted("name", rest[:end])
	command.addQuoted("text", bytes.TrimLeftFunc(rest[end:], isSpace))
	o.add([]byte("command"), command.end())
}

// addToMe appends whether the message is for this app's bot, as far as that is
// known.
func (m *message) addToMe(o *object, chatType []byte) {
	me := slices.ContainsFunc(m.mentions, func(x mention) bool { return x.me })
	switch {
	case me || string(chatType) == "p2p":
		o.add([]byte("to_me"), []byte("true"))
	case len(m.mentions) == 0 || m.botOpenID != "":
		o.add([]byte("to_me"), []byte("false"))
	}
}

// addResources appends the resources, if there are any.
func (m *message) addResources(o *object) {
	if len(m.resources) == 0 {
		return
	}
	o.name([]byte("resources"))
	for i, r := range m.resources {
		o.buf = append(o.buf, separator(i)...)
		o.buf = append(append(append(o.buf, `{"type":"`...), r.kind...), `","key":`...)
		o.buf = append(o.buf, r.key...)
		if len(r.name) > len(`""`) {
			o.buf = append(append(o.buf, `,"name":`...), r.name...)
		}
		o.buf = append(o.buf, '}')
	}
	o.buf = append(o.buf, ']')
}

// separator is what stands before the entry i of an array.
func separator(i int) string {
	if i == 0 {
		return "["
	}
	return ","
}

// isSpace reports whether a rune is white space at the ends of a text: what
// Unicode calls so, and the two runes without width that clients put around
// mentions and at the start of pasted text.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff'
}

// isBlank reports whether a text has nothing but white space.
func isBlank(text []byte) bool {
	if len(text) > 0 && text[0] > ' ' && text[0] < utf8.RuneSelf {
		return false
	}
	return bytes.IndexFunc(text, func(r rune) bool { return !isSpace(r) }) < 0
}
