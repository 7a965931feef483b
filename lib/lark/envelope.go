package lark

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// member is one member of an object: its name without quotes and its value as
// it stands in the document.
type member struct{ name, value []byte }

// members holds an object in the order of the document.
type members []member

// raw returns the value of the named member, nil when there is none. Of
// several the last counts, as it does for Lark's own SDKs.
func (m members) raw(name string) []byte {
	for _, v := range slices.Backward(m) {
		if string(v.name) == name {
			return v.value
		}
	}
	return nil
}

// text returns the text of the named member, nil when it is not a string.
func (m members) text(name string) []byte { return textIn(m.raw(name)) }

// unique returns the members with each name once: of several the last counts.
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

// mayRepeat reports whether a name may stand twice. A few members, which is the
// usual case, are compared without a map.
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

// envelope is a callback's body taken apart in one pass, before anything is
// decided about it. All its slices point into the body.
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
	bodyEnd int // its place in the document

	r         reader
	hasHeader bool
	encrypted bool // the body came inside an "encrypt" field
}

// read takes src apart. It fails unless src is one JSON object and nothing
// more: anything after it could have been added by whoever relayed it, since
// Lark's signature is a plain hash. What is no strict JSON is read after
// repairJSON, and what has more levels than jsontext reads after maskDeep.
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

// clear makes the envelope ready for another body.
func (e *envelope) clear() {
	if e.top == nil {
		const usual = 8 // members of an object
		block := make(members, 5*usual)
		e.top, e.header, e.event = block[:0:usual], block[usual:usual:2*usual], block[2*usual:2*usual:3*usual]
		e.message = block[3*usual : 3*usual]
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

// isChallenge reports whether the body is a url_verification. An event that
// happens to carry the same type is still an event.
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

// reader walks a JSON document once, from front to back, and hands out slices
// of it. jsontext checks the syntax and the UTF-8 meanwhile; duplicate names
// are let through, because an authentic event is never dropped. One reader
// serves several documents, one after the other.
type reader struct {
	dec jsontext.Decoder
	buf bytes.Buffer
	src []byte
}

// reset makes the reader begin at the start of a document.
func (r *reader) reset(src []byte) {
	r.src = src
	r.buf = *bytes.NewBuffer(src)
	r.dec.Reset(&r.buf, jsontext.AllowDuplicateNames(true))
}

// members reads an object and calls read at the value of each member, which
// read must read whole. The name is as in the document, without its quotes.
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

// elements reads an array and calls read at each element, which read must read
// whole.
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

// kind returns the first byte of what comes next.
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
	out, err := jsontext.AppendUnquote(make([]byte, 0, len(v)), v)
	if err != nil {
		return nil // not reached: the value has been read
	}
	return out
}

// quote appends s to dst as a JSON string.
func quote[T ~string | ~[]byte](dst []byte, s T) []byte {
	out, err := jsontext.AppendQuote(dst, s)
	if err != nil { // invalid UTF-8 is replaced in out
		return out
	}
	return out
}
