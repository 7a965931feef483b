package lark

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// member is one member of an object: its name without quotes, and its value as it is in
// the document.
type member struct{ name, value []byte }

// members holds the members of an object in the order of the document.
type members []member

// raw returns the value of the named member, nil when there is none. If there are
// several it returns the last, as Lark's own SDKs do.
func (m members) raw(name string) []byte {
	for _, v := range slices.Backward(m) {
		if string(v.name) == name {
			return v.value
		}
	}
	return nil
}

// text returns the string in the named member, nil when it is not a string.
func (m members) text(name string) []byte { return textIn(m.raw(name)) }

// unique returns the members with each name once: the last of those with the same name.
func (m members) unique() members {
	if !m.mayRepeat() {
		return m
	}
	last := make(map[string]int, len(m))
	for i, x := range m {
		last[string(x.name)] = i
	}
	once := make(members, 0, len(last))
	for i, x := range m {
		if last[string(x.name)] == i {
			once = append(once, x)
		}
	}
	return once
}

// mayRepeat reports whether a name may occur twice. It compares a few members, which is
// the usual case, without a map.
func (m members) mayRepeat() bool {
	if len(m) > 32 {
		return true
	}
	for i := range m {
		for _, x := range m[:i] {
			if bytes.Equal(x.name, m[i].name) {
				return true
			}
		}
	}
	return false
}

// envelope holds the members of a callback's body, which is read once, before anything
// is decided about it. All its slices point into the body.
//
// Both schemas (event-subscription-guide, "Event structure") have an "event"
// object; version 2.0 names the event in "header", version 1.0 in top-level
// fields and in the event itself.
type envelope struct {
	top     members // everything but header and event
	header  members
	event   members
	message members // event.message, where it is an object
	body    json.RawMessage
	bodyEnd int // the offset of the end of body in the document

	r         reader
	hasHeader bool
	encrypted bool // the body came inside an "encrypt" field
}

// read reads src. It fails unless src is one JSON object and nothing more: because
// Lark's signature is a plain hash, anybody who relays a body could add something after
// the object. A document that is not strict JSON is read after repairJSON, and one with
// more levels than jsontext reads, after maskDeep.
func (e *envelope) read(src []byte) error {
	if e.readStrict(src) == nil {
		return nil
	}
	if !bytes.HasPrefix(bytes.TrimLeft(src, " \t\r\n"), []byte("{")) {
		return errNotJSON
	}
	if repaired := repairJSON(src); repaired != nil {
		src = repaired
		if e.readStrict(src) == nil {
			return nil
		}
	}
	masked := maskDeep(src)
	if masked == nil || e.readStrict(masked) != nil {
		return errNotJSON
	}
	e.body = src[e.bodyEnd-len(e.body) : e.bodyEnd]
	return nil
}

func (e *envelope) readStrict(src []byte) error {
	e.clear()
	r := &e.r
	r.reset(src)
	if r.kind() != '{' {
		return errNotJSON
	}
	err := r.members(func(name []byte) (err error) {
		switch {
		case string(name) == "header" && r.kind() == '{':
			e.hasHeader = true
			return r.collect(&e.header)
		case string(name) == "event" && r.kind() == '{':
			e.body, err = r.span(e.readEvent)
			e.bodyEnd = int(r.dec.InputOffset())
			return err
		case string(name) == "event":
			e.body, err = r.value()
			e.bodyEnd = int(r.dec.InputOffset())
			return err
		}
		return r.member(name, &e.top)
	})
	if err != nil {
		return errNotJSON
	}
	return r.end()
}

// clear prepares the envelope for another body.
func (e *envelope) clear() {
	if e.top == nil {
		const size = 8 // enough for the members of most objects
		block := make(members, 5*size)
		e.top, e.header, e.event = block[:0:size], block[size:size:2*size], block[2*size:2*size:3*size]
		e.message = block[3*size : 3*size]
	}
	e.top, e.header, e.event, e.message = e.top[:0], e.header[:0], e.event[:0], e.message[:0]
	e.body, e.hasHeader = nil, false
}

// readEvent collects the members of the event and, one level deeper, of the
// message of an im.message.receive_v1.
func (e *envelope) readEvent() error {
	return e.r.members(func(name []byte) error {
		if string(name) == "message" && e.r.kind() == '{' {
			return e.r.collect(&e.message)
		}
		return e.r.member(name, &e.event)
	})
}

// member reads one value and appends it to list.
func (r *reader) member(name []byte, list *members) error {
	value, err := r.value()
	*list = append(*list, member{name, value})
	return err
}

// collect reads an object into list.
func (r *reader) collect(list *members) error {
	return r.members(func(name []byte) error { return r.member(name, list) })
}

// token returns the Verification Token in the body: header.token in schema 2.0,
// token at the top in schema 1.0 and in a url_verification.
func (e *envelope) token() []byte {
	if token := e.header.raw("token"); token != nil {
		return unquote(token)
	}
	return e.top.text("token")
}

// isChallenge reports whether the body is a url_verification. An event with the same
// type is still an event.
func (e *envelope) isChallenge() bool {
	return !e.hasHeader && e.body == nil && string(e.top.text("type")) == "url_verification"
}

// isOldCard reports whether the body is a click in the old, flat style.
func (e *envelope) isOldCard() bool {
	return !e.hasHeader && e.body == nil && e.top.raw("schema") == nil &&
		e.top.raw("action") != nil && e.top.raw("open_message_id") != nil
}

// appID returns the app that the body is for, nil when it does not say.
func (e *envelope) appID() []byte {
	if e.hasHeader {
		return e.header.text("app_id")
	}
	return e.event.text("app_id")
}

// reader reads a JSON document once, from its start to its end, and returns slices of
// it. jsontext checks the syntax and the UTF-8. Duplicate names are accepted, because
// an authentic event is never dropped. A reader can be used for one document after
// another.
type reader struct {
	dec jsontext.Decoder
	buf bytes.Buffer
	src []byte
}

// reset makes the reader start to read a document.
func (r *reader) reset(src []byte) {
	r.src = src
	r.buf = *bytes.NewBuffer(src)
	r.dec.Reset(&r.buf, jsontext.AllowDuplicateNames(true))
}

// members reads an object and calls read for each member, which must read the whole
// value. The name is as in the document, without its quotes.
func (r *reader) members(read func(name []byte) error) error {
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.kind() == '"' {
		name, err := r.value()
		if err != nil {
			return err
		}
		if err := read(unquote(name)); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// elements reads an array and calls read for each element, which must read the whole
// element.
func (r *reader) elements(read func() error) error {
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for kind := r.kind(); kind != ']' && kind != jsontext.KindInvalid; kind = r.kind() {
		if err := read(); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// kind returns the first byte of the next value, name or bracket.
func (r *reader) kind() jsontext.Kind { return r.dec.PeekKind() }

// value reads the next value and returns its bytes in the document.
func (r *reader) value() ([]byte, error) {
	v, err := r.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	end := int(r.dec.InputOffset())
	return r.src[end-len(v) : end], nil
}

// span reads the next value with read and returns its bytes in the document.
func (r *reader) span(read func() error) ([]byte, error) {
	start := r.dec.InputOffset()
	if err := read(); err != nil {
		return nil, err
	}
	return bytes.TrimLeft(r.src[start:r.dec.InputOffset()], ":, \t\r\n"), nil
}

// end returns an error when anything but white space is left.
func (r *reader) end() error {
	if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return errNotJSON
	}
	return nil
}

// unquote returns the text of a JSON string that jsontext has read. Without an
// escape it is a slice of the string, not a copy. Values that are not strings are
// returned unchanged.
func unquote(v []byte) []byte {
	if len(v) < 2 || v[0] != '"' {
		return v
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return v[1 : len(v)-1]
	}
	out, _ := jsontext.AppendUnquote(make([]byte, 0, len(v)), v) // cannot fail: jsontext has read v
	return out
}

// quote appends s to dst as a JSON string.
func quote[T ~string | ~[]byte](dst []byte, s T) []byte {
	out, _ := jsontext.AppendQuote(dst, s) // the error is for invalid UTF-8, which out has replaced
	return out
}
