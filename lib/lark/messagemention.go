package lark

import (
	"bytes"
	"slices"
	"strings"
)

// mention is a user, a bot or everyone whom a message mentions: an entry of
// message.mentions, or a tag of a post without such an entry.
type mention struct {
	key, name               []byte
	openID, unionID, userID []byte
	typed                   bool // it has a mentioned_type
	bot                     bool // mentioned_type says bot or app
	me                      bool // this app's own bot
	unlisted                bool // it is no entry of message.mentions
}

// keyAll is the key of a mention of everyone.
const keyAll = "@_all"

// readMentions reads message.mentions. It ignores anything but an array.
func (m *message) readMentions(raw []byte) {
	if len(raw) == 0 || raw[0] != '[' {
		return
	}
	r := m.reader
	r.reset(raw)
	var fields members
	_ = r.elements(func() error { // cannot fail: raw has been read as JSON
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

// readID reads the field id, which is an object with an id of each kind, or one id whose
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
		var kinds members
		if r.collect(&kinds) == nil {
			x.openID, x.unionID, x.userID = kinds.text("open_id"), kinds.text("union_id"), kinds.text("user_id")
		}
	}
}

// matches reports whether a tag with an id or a key stands for this mention.
func (x *mention) matches(id []byte) bool {
	return len(id) > 0 && (bytes.Equal(x.key, id) || bytes.Equal(x.openID, id) || bytes.Equal(x.unionID, id) || bytes.Equal(x.userID, id))
}

// isAll reports whether everyone is mentioned.
func (x *mention) isAll() bool { return string(x.key) == keyAll }

// appendName appends the mention as a person reads it: @ and the name or, if it has no
// name, the key.
func (x *mention) appendName(dst []byte) []byte {
	if len(x.name) > 0 {
		return append(append(dst, '@'), x.name...)
	}
	return append(dst, x.key...)
}

// A reference to a mention in message.text is the byte refMark, which valid UTF-8 never
// has, and two bytes with seven bits of the index in each.
const (
	refMark = 0xff
	refSize = 3
	maxRefs = 1 << 14
)

// appendMention appends a reference to the mention for which a tag has the id or the
// key. name is the name in the tag, which is used if message.mentions has none.
func (m *message) appendMention(id, name []byte) {
	var i int
	if string(id) == "all" || string(id) == keyAll {
		i = m.mentionOfAll()
	} else {
		i = slices.IndexFunc(m.mentions[:m.listed], func(x mention) bool { return x.matches(id) })
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

// mentionOfAll returns the index of the mention of everyone. It adds one if there is
// none, because Lark often leaves it out of message.mentions.
func (m *message) mentionOfAll() int {
	i := slices.IndexFunc(m.mentions, func(x mention) bool { return x.isAll() })
	if i < 0 {
		i = len(m.mentions)
		m.mentions = append(m.mentions, mention{key: []byte(keyAll), name: []byte("all")})
	}
	return i
}

// mentionAt returns the index of the mention with which a text begins, and the length of
// its reference or key. The length is 0 if the text begins with something else.
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

// beginsWithKey reports whether a text begins with a mention's key and not with a longer
// one: @_user_10 does not begin with the key @_user_1, nor @_allow with @_all.
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

// plainText returns the text of the message as a person reads it: trimmed, without
// mentions of the app's own bot at the beginning, and with the names of all other
// mentions. It also marks a first mention that is taken for the own bot.
func (m *message) plainText() []byte {
	text := bytes.TrimFunc(m.text, isSpace)
	for first := true; ; first = false {
		i, size := m.mentionAt(text)
		if size == 0 {
			break
		}
		x := &m.mentions[i]
		if first && m.isAssumedOwnBot(x) {
			x.me = true
		}
		if !x.me {
			break
		}
		text = bytes.TrimLeftFunc(text[size:], isSpace)
	}
	return bytes.TrimFunc(m.appendNames(text), isSpace)
}

// isAssumedOwnBot reports whether the mention at the beginning of the text is taken for
// one of the own bot. It is if neither the settings nor the optional field
// mentioned_type of a mention say which mention is.
func (m *message) isAssumedOwnBot(first *mention) bool {
	return m.botOpenID == "" && !first.typed && !first.unlisted && !first.isAll() &&
		!slices.ContainsFunc(m.mentions, func(x mention) bool { return x.me })
}

// appendNames returns the text with the name of each mention instead of its reference or
// key. It returns a text without mentions as it is.
func (m *message) appendNames(text []byte) []byte {
	var out []byte
	for rest := text; ; {
		offset := nextMention(rest)
		if offset < 0 {
			if out == nil {
				return text
			}
			return append(out, rest...)
		}
		i, size := m.mentionAt(rest[offset:])
		if out == nil {
			out = make([]byte, 0, len(text)+64)
		}
		out = append(out, rest[:offset]...)
		if size > 0 {
			out = m.mentions[i].appendName(out)
		} else {
			out, size = append(out, rest[offset]), 1
		}
		rest = rest[offset+size:]
	}
}

// nextMention returns the offset of the next reference or of what may be a key, -1 if
// there is none.
func nextMention(text []byte) int {
	key := bytes.IndexByte(text, '@')
	if key >= 0 {
		text = text[:key]
	}
	if ref := bytes.IndexByte(text, refMark); ref >= 0 {
		return ref
	}
	return key
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
