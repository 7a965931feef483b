package lark

import "bytes"

// tag holds the fields of a tag of a line, or of a component of a card. They are JSON
// strings as they are in the content.
type tag struct {
	kind, text, content []byte
	href                []byte
	id, name            []byte // of the user who is mentioned
	emoji               []byte
	imageKey, fileKey   []byte
	fileName            []byte
	languages           []byte // an object with a text of a card in each language
}

// readTag appends the text of the next value, which is a tag with tags in it, or a list
// of tags. In a block each nested tag is a line of its own; in a tag inside a line it
// is not.
func (m *message) readTag(block bool) error {
	r := m.reader
	switch r.kind() {
	case '"':
		v, err := r.value()
		m.appendString(v)
		return err
	case '[':
		return r.elements(func() error { return m.readNested(block) })
	case '{':
	default:
		_, err := r.value()
		return err
	}
	var t tag
	if err := r.members(func(name []byte) error { return m.readTagField(&t, name, block) }); err != nil {
		return err
	}
	m.appendTag(&t)
	return nil
}

// readNested does the same as readTag for a value that is nested in a tag.
func (m *message) readNested(block bool) error {
	if block {
		m.endLine()
	}
	err := m.readTag(block)
	if block {
		m.endLine()
	}
	return err
}

// readTagField reads one field of a tag. Of the fields with nested tags it reads those
// that a person sees, but not those that say what a click sends, opens or confirms.
func (m *message) readTagField(t *tag, name []byte, block bool) error {
	r := m.reader
	kind := r.kind()
	var field *[]byte
	switch string(name) {
	case "tag":
		field = &t.kind
	case "text":
		field = &t.text
	case "content":
		field = &t.content
	case "href":
		field = &t.href
	case "user_id", "open_id", "id":
		field = &t.id
	case "user_name":
		field = &t.name
	case "emoji_type":
		field = &t.emoji
	case "image_key":
		field = &t.imageKey
	case "file_key":
		field = &t.fileKey
	case "file_name":
		field = &t.fileName
	case "i18n", "i18n_content", "i18n_text":
		if kind == '{' {
			v, err := r.value()
			t.languages = v
			return err
		}
	}
	if field != nil && kind == '"' {
		v, err := r.value()
		if len(v) > len(`""`) || *field == nil {
			*field = v
		}
		return err
	}
	switch string(name) {
	case "text", "content", "title", "subtitle", "header", "text_tag_list", "elements", "fields", "columns", "actions", "extra", "label",
		"placeholder", "options", "display_name", "rows":
		if string(name) == "rows" && kind == '[' {
			return m.readRows()
		}
		return m.readNested(block)
	}
	_, err := r.value()
	return err
}

// readRows reads the rows of a table, which are objects with a value for each column.
func (m *message) readRows() error {
	r := m.reader
	return r.elements(func() error {
		m.endLine()
		if r.kind() != '{' {
			return m.readTag(false)
		}
		err := r.members(func([]byte) error {
			if len(m.text) > m.lineStart {
				m.text = append(m.text, ' ')
			}
			return m.readTag(false)
		})
		m.endLine()
		return err
	})
}

// appendTag appends the text that a person reads in one tag, and adds the resource that
// it shows.
func (m *message) appendTag(t *tag) {
	text := t.text
	if len(text) <= len(`""`) {
		text = t.content
	}
	if len(text) <= len(`""`) && t.languages != nil {
		text = m.inLanguage(t.languages)
	}
	switch kind := unquote(t.kind); string(kind) {
	case "at", "person":
		name := t.name
		if name == nil {
			name = text
		}
		m.appendMention(unquote(t.id), bytes.TrimPrefix(unquote(name), []byte("@")))
	case "a":
		m.appendLink(text, t.href)
	case "emotion":
		m.text = append(m.text, '[')
		m.appendString(t.emoji)
		m.text = append(m.text, ']')
	case "md", "markdown", "lark_md":
		m.appendMarkdown(text)
	case "img":
		m.addResource("image", t.imageKey, nil)
	case "media", "audio", "file":
		m.addResource(string(kind), t.fileKey, t.fileName)
		m.appendString(text)
	case "button":
		m.appendSpace()
		m.appendString(text)
	default:
		m.appendString(text)
	}
}

// appendSpace appends a space if the line has text that does not end with one.
func (m *message) appendSpace() {
	if n := len(m.text); n > m.lineStart && m.text[n-1] != ' ' {
		m.text = append(m.text, ' ')
	}
}

// appendLink appends the text of a link, and its address if that differs from the text.
func (m *message) appendLink(text, href []byte) {
	start := len(m.text)
	m.appendString(text)
	textEnd := len(m.text)
	if isBlank(m.text[start:]) {
		m.appendString(href)
		return
	}
	m.text = append(m.text, " ("...)
	address := len(m.text)
	m.appendString(href)
	if same := bytes.Equal(m.text[start:textEnd], m.text[address:]); same || len(m.text) == address {
		m.text = m.text[:textEnd]
		return
	}
	m.text = append(m.text, ')')
}

// inLanguage returns the text in the preferred one of the languages in an object.
func (m *message) inLanguage(object []byte) []byte {
	var r reader
	var fields members
	r.reset(object)
	if r.collect(&fields) != nil {
		return nil
	}
	rank, text := maxRank, []byte(nil)
	for _, f := range fields {
		if n := languageRank(f.name); n < rank && len(f.value) > len(`""`) && f.value[0] == '"' {
			rank, text = n, f.value
		}
	}
	return text
}

// appendMarkdown appends Markdown as it is, apart from its mentions:
// <at id=ou_1></at>, <at user_id="@_user_1">Mei</at>.
func (m *message) appendMarkdown(v []byte) {
	start := len(m.text)
	m.appendString(v)
	if !bytes.Contains(m.text[start:], []byte("<at ")) {
		return
	}
	text := bytes.Clone(m.text[start:])
	m.text = m.text[:start]
	for {
		before, rest, found := bytes.Cut(text, []byte("<at "))
		m.text = append(m.text, before...)
		if !found {
			return
		}
		attributes, content, ok := bytes.Cut(rest, []byte(">"))
		id := attribute(attributes)
		if !ok || id == nil {
			m.text, text = append(m.text, "<at "...), rest
			continue
		}
		name, after, closed := bytes.Cut(content, []byte("</at>"))
		if !closed || bytes.ContainsRune(name, '<') {
			name, after = nil, content
		}
		m.appendMention(id, bytes.TrimPrefix(bytes.TrimSpace(name), []byte("@")))
		text = after
	}
}

// attribute returns the value of the first attribute of <at …> that is an id or a key,
// nil if there is none.
func attribute(text []byte) []byte {
	for field := range bytes.FieldsSeq(text) {
		name, value, ok := bytes.Cut(field, []byte("="))
		value = bytes.Trim(value, `"'/`)
		switch {
		case !ok || len(value) == 0:
		case string(name) == "id", string(name) == "user_id", string(name) == "open_id":
			return value
		}
	}
	return nil
}
