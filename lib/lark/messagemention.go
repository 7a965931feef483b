package lark

import (
	"bytes"
	"slices"
	"strings"
)

// mention is somebody whom a message mentions: an entry of message.mentions, or
// a tag of a post that has no entry there.
type mention struct {
	key, name               []byte
	openID, unionID, userID []byte
	typed                   bool // mentioned_type is there
	bot                     bool // mentioned_type says bot or app
	me                      bool // this app's own bot
	unlisted                bool // no entry of message.mentions
}

// keyAll is the key of a mention of everyone.
const keyAll = "@_all"

// readMentions reads message.mentions. Anything but an array has none.
func (m *message) readMentions(raw []byte) {
	if len(raw) == 0 || raw[0] != '[' {
		return
	}
	r := m.reader
	r.reset(raw)
	var fields members
	_ = r.elements(func() error { // raw has been read before: it is JSON
		if r.kind() != '{' {
			_, err := r.value()
			return err
		}
		fields = fields[:0]
		err := r.collect(&fields)
		x := mention{key: fields.text("key"), name: fields.text("name")}
		if kind := fields.text("mentioned_type"); len(kind) > 0 {
			x.typed = true
			x.bot = strings.EqualFold(string(kind), "bot") || strings.EqualFold(string(kind), "app")
		}
		x.readID(fields)
		x.me = m.botOpenID != "" && string(x.openID) == m.botOpenID || m.botOpenID == "" && x.bot
		if len(x.key) > 0 {
			m.mentions = append(m.mentions, x)
		}
		return err
	})
	m.listed = len(m.mentions)
}

// readID reads the field id: an object with an id of each kind, or one id, whose
// kind is in id_type.
func (x *mention) readID(fields members) {
	id := fields.raw("id")
	switch {
	case len(id) == 0:
	case id[0] == '"':
		switch string(fields.text("id_type")) {
		case "user_id":
			x.userID = unquote(id)
		case "union_id":
			x.unionID = unquote(id)
		default:
			x.openID = unquote(id)
		}
	case id[0] == '{':
		var r reader
		r.reset(id)
		var ids members
		if r.collect(&ids) == nil {
			x.openID, x.unionID, x.userID = ids.text("open_id"), ids.text("union_id"), ids.text("user_id")
		}
	}
}

// has reports whether a tag that names somebody by id or key means this mention.
func (x *mention) has(id []byte) bool {
	return len(id) > 0 && (bytes.Equal(x.key, id) || bytes.Equal(x.openID, id) || bytes.Equal(x.unionID, id) || bytes.Equal(x.userID, id))
}

// isAll reports whether everyone is mentioned.
func (x *mention) isAll() bool { return string(x.key) == keyAll }

// appendName appends what a person reads: @ and the name, or without a name the
// key.
func (x *mention) appendName(dst []byte) []byte {
	if len(x.name) > 0 {
		return append(append(dst, '@'), x.name...)
	}
	return append(dst, x.key...)
}

// References to mentions in message.text. Text is valid UTF-8, which never has
// the byte refMark; the two bytes after it are the index, seven bits in each.
const (
	refMark = 0xff
	refSize = 3
	maxRefs = 1 << 14
)

// appendMention appends a reference to the mention that a tag names by id or
// key. name is the tag's own name of it, which counts where message.mentions has
// none.
func (m *message) appendMention(id, name []byte) {
	var i int
	if string(id) == "all" || string(id) == keyAll {
		i = m.mentionOfAll()
	} else {
		i = slices.IndexFunc(m.mentions[:m.listed], func(x mention) bool { return x.has(id) })
	}
	if i < 0 {
		i = len(m.mentions)
		m.mentions = append(m.mentions, mention{
			key: id, openID: id, unlisted: true,
			me: m.botOpenID != "" && string(id) == m.botOpenID,
		})
	}
	x := &m.mentions[i]
	if len(x.name) == 0 {
		x.name = name
	}
	if i >= maxRefs {
		m.text = x.appendName(m.text)
		return
	}
	m.text = append(m.text, refMark, 0x80|byte(i>>7), 0x80|byte(i&0x7f))
}

// mentionOfAll returns the mention of everyone: Lark's own, or one that it makes,
// because Lark often leaves it out of message.mentions.
func (m *message) mentionOfAll() int {
	i := slices.IndexFunc(m.mentions, func(x mention) bool { return x.isAll() })
	if i < 0 {
		i = len(m.mentions)
		m.mentions = append(m.mentions, mention{key: []byte(keyAll), name: []byte("all")})
	}
	return i
}

// mentionAt returns the mention with which a text begins and the length of its
// reference or key; the length is 0 where there is none.
func (m *message) mentionAt(text []byte) (i, size int) {
	if len(text) == 0 {
		return 0, 0
	}
	if text[0] == refMark {
		return int(text[1]&0x7f)<<7 | int(text[2]&0x7f), refSize
	}
	for j := range m.mentions[:m.listed] {
		if key := m.mentions[j].key; len(key) > size && beginsWithKey(text, key) {
			i, size = j, len(key)
		}
	}
	if size == 0 && beginsWithKey(text, []byte(keyAll)) {
		return m.mentionOfAll(), len(keyAll)
	}
	return i, size
}

// beginsWithKey reports whether a text begins with a mention's key, and not with
// a longer one: @_user_1 is not at the beginning of @_user_10, nor @_all of
// @_allow.
func beginsWithKey(text, key []byte) bool {
	if !bytes.HasPrefix(text, key) {
		return false
	}
	if len(text) == len(key) {
		return true
	}
	last, next := key[len(key)-1], text[len(key)]
	digit := '0' <= next && next <= '9'
	if '0' <= last && last <= '9' {
		return !digit
	}
	return !digit && next != '_' && (next|0x20 < 'a' || 'z' < next|0x20)
}

// plainText returns the words of the message as a person reads them: trimmed,
// without mentions of the app's own bot at the beginning, and with the names of
// all others. It also finds out which mentions are the own bot's.
func (m *message) plainText() []byte {
	text := bytes.TrimFunc(m.text, isSpace)
	for first := true; ; first = false {
		i, size := m.mentionAt(text)
		if size == 0 {
			break
		}
		x := &m.mentions[i]
		if first && m.guessed(x) {
			x.me = true
		}
		if !x.me {
			break
		}
		text = bytes.TrimLeftFunc(text[size:], isSpace)
	}
	return bytes.TrimFunc(m.appendNames(text), isSpace)
}

// guessed reports whether the mention at the very beginning of the text is taken
// for the own bot: where the settings do not say which is, and neither does any
// mention of the message, Lark's field mentioned_type being optional.
func (m *message) guessed(first *mention) bool {
	return m.botOpenID == "" && !first.typed && !first.unlisted && !first.isAll() &&
		!slices.ContainsFunc(m.mentions, func(x mention) bool { return x.me })
}

// appendNames returns the text with the name of each mention in the place of its
// reference or key. A text without mentions is returned as it is.
func (m *message) appendNames(text []byte) []byte {
	var out []byte
	for rest := text; ; {
		at := nextMention(rest)
		if at < 0 {
			if out == nil {
				return text
			}
			return append(out, rest...)
		}
		i, size := m.mentionAt(rest[at:])
		if out == nil {
			out = make([]byte, 0, len(text)+64)
		}
		out = append(out, rest[:at]...)
		if size > 0 {
			out = m.mentions[i].appendName(out)
		} else {
			out, size = append(out, rest[at]), 1
		}
		rest = rest[at+size:]
	}
}

// nextMention returns the place of the next reference or of what may be a key.
func nextMention(text []byte) int {
	at := bytes.IndexByte(text, '@')
	if at >= 0 {
		text = text[:at]
	}
	if ref := bytes.IndexByte(text, refMark); ref >= 0 {
		return ref
	}
	return at
}

// addMentions appends the mentions, if there are any, in Lark's order.
func (m *message) addMentions(o *object) {
	n := 0
	for _, x := range m.mentions {
		if x.unlisted {
			continue
		}
		if n == 0 {
			o.name([]byte("mentions"))
		}
		o.buf = append(o.buf, separator(n)...)
		n++
		entry := object{}
		entry.addQuoted("key", x.key)
		if len(x.openID) > 0 {
			entry.addQuoted("open_id", x.openID)
		}
		if len(x.name) > 0 {
			entry.addQuoted("name", x.name)
		}
		if x.me {
			entry.add([]byte("me"), []byte("true"))
		}
		o.buf = append(o.buf, entry.end()...)
	}
	if n > 0 {
		o.buf = append(o.buf, ']')
	}
}
