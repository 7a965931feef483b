package lark

import (
	"bytes"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// reader walks a JSON document once, from front to back, and hands out slices
// of it. jsontext checks the syntax and the UTF-8 on the way; duplicate names
// are let through, because an authentic event is never dropped. One reader
// serves several documents, one after the other.
type reader struct {
	dec jsontext.Decoder
	buf bytes.Buffer
	src []byte
}

func (r *reader) reset(src []byte) {
	r.src = src
	r.buf = *bytes.NewBuffer(src)
	r.dec.Reset(&r.buf, jsontext.AllowDuplicateNames(true))
}

// members reads an object and calls visit at the value of each member, which
// visit must read whole. The name is as in the document, without its quotes.
func (r *reader) members(visit func(name []byte) error) error {
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.kind() == '"' {
		name, err := r.value()
		if err != nil {
			return err
		}
		if err := visit(unquote(name)); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// elements is members for an array.
func (r *reader) elements(visit func() error) error {
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for kind := r.kind(); kind != ']' && kind != jsontext.KindInvalid; kind = r.kind() {
		if err := visit(); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// kind is the first byte of what comes next.
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

// end is nil when nothing but white space is left.
func (r *reader) end() error {
	if _, err := r.dec.ReadToken(); err != io.EOF {
		return errNotJSON
	}
	return nil
}

// unquote returns the text of a JSON string that jsontext has read. Without
// an escape it is a slice of it, not a copy. Other values are as they are.
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
