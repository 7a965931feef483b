package lark

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// readContent reads the text and the resources of a message's content, by the type of
// the message (im-v1/message/message-content-description/
// message_content). It fails unless the content is one object or array.
func (m *message) readContent(kind string, content []byte) error {
	m.text, m.resources, m.lineStart = nil, nil, 0
	r := m.reader
	r.reset(content)
	var err error
	switch first := r.kind(); {
	case first != '{' && first != '[':
		return errNotJSON
	case kind == "post" || kind == "interactive":
		m.text = make([]byte, 0, len(content))
		if err = m.readSections(); kind != "post" {
			m.resources = nil // Lark refuses to return files that are in a card
		}
	case first == '[':
		_, err = r.value()
	case kind == "text":
		err = m.readText()
	case kind == "todo":
		err = m.readTodo()
	default:
		err = m.readFields(kind)
	}
	if err != nil {
		return err
	}
	return r.end()
}

// readText reads {"text":…}. A text without escapes is a slice of the content, not a
// copy.
func (m *message) readText() error {
	return m.reader.members(func(name []byte) error {
		v, err := m.reader.value()
		if string(name) == "text" && err == nil && v[0] == '"' {
			m.text = unquote(v)
		}
		return err
	})
}

// readTodo reads a task, whose summary is a post.
func (m *message) readTodo() error {
	return m.reader.members(func(name []byte) error {
		if string(name) == "summary" && m.reader.kind() != '"' {
			err := m.readSections()
			m.resources = nil
			return err
		}
		v, err := m.reader.value()
		if string(name) == "summary" {
			m.appendString(v)
		}
		return err
	})
}

// readFields reads the content of the types whose text is in single fields.
func (m *message) readFields(kind string) error {
	var fields members
	if err := m.reader.collect(&fields); err != nil {
		return err
	}
	var names []string
	switch kind {
	case "image":
		m.addResource("image", fields.raw("image_key"), nil)
	case "audio", "media":
		m.addResource(kind, fields.raw("file_key"), fields.raw("file_name"))
	case "file":
		m.addResource(kind, fields.raw("file_key"), fields.raw("file_name"))
		names = []string{"file_name"}
	case "folder":
		names = []string{"file_name"}
	case "vote":
		names = []string{"topic", "options"}
	case "video_chat":
		names = []string{"topic"}
	case "location":
		names = []string{"name"}
	case "calendar", "general_calendar", "share_calendar_event":
		names = []string{"summary"}
	case "system":
		m.appendTemplate(unquote(fields.raw("template")), fields)
	case "sticker", "share_chat", "share_user", "merge_forward":
	default: // hongbao, and types that are not documented
		names = []string{"title", "text"}
	}
	for _, name := range names {
		m.appendValue(fields.raw(name), "\n")
		m.endLine()
	}
	return nil
}

// addResource adds a file, unless its key is not a string.
func (m *message) addResource(kind string, key, name []byte) {
	if len(key) <= len(`""`) || key[0] != '"' {
		return
	}
	if len(name) > 0 && name[0] != '"' {
		name = nil
	}
	m.resources = append(m.resources, resource{kind, key, name})
}

// appendTemplate appends the template of a system message, in which the value of a field
// replaces its name in braces.
func (m *message) appendTemplate(template []byte, fields members) {
	for len(template) > 0 {
		before, rest, _ := bytes.Cut(template, []byte("{"))
		m.text = append(m.text, before...)
		name, after, ok := bytes.Cut(rest, []byte("}"))
		value := fields.raw(string(name))
		switch {
		case ok && value != nil:
			m.appendValue(value, ", ")
			template = after
		case len(before) < len(template):
			m.text, template = append(m.text, '{'), rest
		default:
			return
		}
	}
}

// appendValue appends the text of a value. That is a string, the elements of a list with
// the separator between them, or the text, content or name of an object.
func (m *message) appendValue(value []byte, separator string) {
	if len(value) == 0 {
		return
	}
	switch value[0] {
	case '"':
		m.appendString(value)
	case '[':
		var r reader
		r.reset(value)
		start := len(m.text)
		_ = r.elements(func() error { // cannot fail: value has been read as JSON
			v, err := r.value()
			if before := len(m.text); before > start && err == nil {
				m.text = append(m.text, separator...)
				m.appendValue(v, separator)
				if len(m.text) == before+len(separator) {
					m.text = m.text[:before]
				}
			} else if err == nil {
				m.appendValue(v, separator)
			}
			return err
		})
	case '{':
		var r reader
		var fields members
		if r.reset(value); r.collect(&fields) != nil {
			return
		}
		for _, name := range []string{"text", "content", "name"} {
			if v := fields.raw(name); len(v) > len(`""`) && v[0] == '"' {
				m.appendString(v)
				return
			}
		}
	}
}

// appendString appends a JSON string that jsontext has read. It ignores other values.
func (m *message) appendString(v []byte) {
	if len(v) < len(`""`) || v[0] != '"' {
		return
	}
	if bytes.IndexByte(v, '\\') < 0 {
		m.text = append(m.text, v[1:len(v)-1]...)
		return
	}
	m.text, _ = jsontext.AppendUnquote(m.text, v)
}

// endLine ends a line of the text. It removes a line that is blank.
func (m *message) endLine() {
	if isBlank(m.text[m.lineStart:]) {
		m.text = m.text[:m.lineStart]
	} else {
		m.text = append(m.text, '\n')
	}
	m.lineStart = len(m.text)
}
