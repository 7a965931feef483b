package lark

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode"
	"unicode/utf8"
)

// message reads event.message of one im.message.receive_v1 and makes detail.message of
// it, which rules and handlers can use without knowing Lark's formats.
type message struct {
	reader    *reader
	botOpenID string // of the app's own bot, "" when the settings do not have it
	mentions  []mention
	listed    int // how many of them are entries of message.mentions; these come first
	resources []resource

	// text is what a person reads. Where a tag of the content mentions somebody, it
	// has a reference to an entry of mentions: see appendMention.
	text      []byte
	lineStart int // the offset in text of the line that is being read
}

// resource is a file that the API "get a resource of a message" returns.
type resource struct {
	kind      string
	key, name []byte // JSON strings; name is nil if there is none
}

// readMessage returns detail.message as JSON: type, text and content, and those fields
// of command, to_me, mentions, resources, reply_to, root and thread that have a value.
func (e *envelope) readMessage(botOpenID string) json.RawMessage {
	m := message{reader: &e.r, botOpenID: botOpenID}
	f := readMessageFields(e.message)
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

// readMessageFields returns the fields. Of several fields with one name it takes the
// last.
func readMessageFields(message members) messageFields {
	var f messageFields
	for _, m := range message {
		switch string(m.name) {
		case "message_type":
			f.kind = m.value
		case "chat_type":
			f.chatType = m.value
		case "content":
			f.content = m.value
		case "mentions":
			f.mentions = m.value
		case "parent_id":
			f.parent = m.value
		case "root_id":
			f.root = m.value
		case "thread_id":
			f.thread = m.value
		}
	}
	return f
}

// textIn returns the string in a JSON value, nil if the value is not a string.
func textIn(v []byte) []byte {
	if len(v) == 0 || v[0] != '"' {
		return nil
	}
	return unquote(v)
}

// addID appends a member with the string in v, unless that is empty or v is another
// value.
func (o *object) addID(name string, v []byte) {
	if id := textIn(v); len(id) > 0 {
		o.addQuoted(name, id)
	}
}

// decodeContent reads the text and the resources of the content. It returns the content
// as JSON and true. If the content is not an object or an array, even after repairJSON,
// it returns the content's text and false. Lark sends a string that holds JSON.
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

// addCommand appends the command of a text that begins with a slash: its name, which
// ends at white space, and the text after it.
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

// addToMe appends whether the message is for this app's bot, if that is known.
func (m *message) addToMe(o *object, chatType []byte) {
	mentioned := slices.ContainsFunc(m.mentions, func(x mention) bool { return x.me })
	switch {
	case mentioned || string(chatType) == "p2p":
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

// separator returns what is written before the entry i of an array.
func separator(i int) string {
	if i == 0 {
		return "["
	}
	return ","
}

// isSpace reports whether a rune is trimmed at the ends of a text: white space by
// Unicode, and the two runes without width that clients put around mentions and at the
// start of pasted text.
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
