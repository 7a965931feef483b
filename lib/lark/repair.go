package lark

import (
	"bytes"
	"unicode/utf8"
)

// repairJSON returns a copy of a document in which every string is a strict JSON
// string: raw control characters are escaped, and bytes that are not UTF-8 and
// halves of surrogate pairs are U+FFFD. It changes nothing outside strings. It
// returns nil where there is nothing to repair.
func repairJSON(doc []byte) []byte {
	var out []byte
	done := 0 // doc[:done] is in out
	replace := func(from, to int, text string) {
		if out == nil {
			out = make([]byte, 0, len(doc)+len(doc)/8+16)
		}
		out = append(append(out, doc[done:from]...), text...)
		done = to
	}
	inString := false
	for i := 0; i < len(doc); {
		c := doc[i]
		size := 1
		switch {
		case c == '"':
			inString = !inString
		case !inString:
		case c == '\\':
			if size = escapeSize(doc[i:]); size < 0 {
				size = len(`\ud800`)
				replace(i, i+size, `\ufffd`)
			}
		case c < ' ':
			replace(i, i+1, `\u00`+string("0123456789abcdef"[c>>4])+string("0123456789abcdef"[c&15]))
		case c >= utf8.RuneSelf:
			var r rune
			if r, size = utf8.DecodeRune(doc[i:]); r == utf8.RuneError && size == 1 {
				replace(i, i+1, "\ufffd")
			}
		}
		i += size
	}
	if out == nil {
		return nil
	}
	return append(out, doc[done:]...)
}

// escapeSize returns the length of the escape with which text begins, both
// halves of a surrogate pair together; it is negative for one half alone. An
// escape that JSON does not have is two bytes: it is left as it is.
func escapeSize(text []byte) int {
	high := hex4(text)
	switch {
	case high < 0:
		return min(2, len(text))
	case high < 0xd800 || 0xdfff < high:
		return len(`\u0041`)
	}
	if low := hex4(text[len(`\ud800`):]); high < 0xdc00 && 0xdc00 <= low && low <= 0xdfff {
		return len(`\ud83d\ude00`)
	}
	return -1
}

// hex4 returns the number in an escape like \u0041, or -1 where text does not begin with
// such an escape.
func hex4(text []byte) int {
	if len(text) < len(`\u0041`) || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	n := 0
	for _, c := range text[2:6] {
		var digit int
		switch {
		case '0' <= c && c <= '9':
			digit = int(c - '0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			digit = int(c|0x20-'a') + 10
		default:
			return -1
		}
		n = n<<4 | digit
	}
	return n
}

// maxLevels is how many levels of objects and lists maskDeep leaves.
const maxLevels = 500

// maskDeep returns a copy of a document, of the same length, in which each object
// and list that is deeper than maxLevels is a 0 and blanks. It returns nil where
// none is that deep, or where a bracket is not closed.
func maskDeep(doc []byte) []byte {
	var out []byte
	depth, start := 0, 0
	for i := 0; i < len(doc); i++ {
		switch doc[i] {
		case '"':
			for i++; i < len(doc) && doc[i] != '"'; i++ {
				if doc[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			if depth++; depth == maxLevels+1 {
				start = i
			}
		case '}', ']':
			if depth--; depth == maxLevels {
				if out == nil {
					out = bytes.Clone(doc)
				}
				for j := start; j <= i; j++ {
					out[j] = ' '
				}
				out[start] = '0'
			}
		}
	}
	if depth != 0 {
		return nil
	}
	return out
}
