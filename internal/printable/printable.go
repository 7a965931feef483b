// Package printable makes text from outside safe to print. What Lark, a user or AWS sent
// may contain control characters and escape sequences, which change the state of a
// terminal, and invisible characters, which hide what is there.
package printable

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns the text on one line, with each character that is not printable, and each
// byte that is not UTF-8, replaced by a middle dot.
func Text(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if (r == utf8.RuneError && size == 1) || !isPrintable(r) {
			r = '·'
		}
		out.WriteRune(r)
		i += size
	}
	return out.String()
}

// isPrintable reports whether a character is visible or a space. Chinese text has spaces
// that [unicode.IsPrint] does not count.
func isPrintable(r rune) bool { return unicode.IsPrint(r) || unicode.Is(unicode.Zs, r) }

// JSON returns the JSON of a value on one line, in which characters that are not printable
// are escapes. Its value is the same as that of [json.Marshal].
func JSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // people read it
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encoding the output: %w", err)
	}
	return escape(bytes.TrimSpace(out.Bytes())), nil
}

// escape replaces the characters of a JSON text that are not printable by \u escapes. In
// valid compact JSON, they are inside of strings only.
func escape(text []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(text))
	for _, r := range string(text) {
		switch {
		case isPrintable(r):
			out.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.Bytes()
}
