package pattern

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// pieces are the texts between the asterisks of a wildcard.
type pieces []string

// wildcard splits a wildcard at its asterisks. A backslash makes an asterisk or a
// backslash stand for itself.
func wildcard(text string) (pieces, error) {
	var all pieces
	var piece strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
			if i == len(text) || text[i] != '*' && text[i] != '\\' {
				return nil, errors.New(`in a wildcard, a backslash stands only before * or \`)
			}
			piece.WriteByte(text[i])
		case text[i] != '*':
			piece.WriteByte(text[i])
		case strings.HasPrefix(text[i+1:], "*"):
			return nil, fmt.Errorf("the wildcard %q has two asterisks in a row", text)
		default:
			all = append(all, piece.String())
			piece.Reset()
		}
	}
	return append(all, piece.String()), nil
}

// match reports whether s is the pieces with any text between them.
func (p pieces) match(s string) bool {
	if len(p) == 1 {
		return s == p[0]
	}
	first, last := p[0], p[len(p)-1]
	if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, piece := range p[1 : len(p)-1] {
		i := strings.Index(s, piece)
		if i < 0 {
			return false
		}
		s = s[i+len(piece):]
	}
	return true
}

func runes(s string) int { return utf8.RuneCountInString(s) }

// firstRunes returns the first n characters of s, all of it if it is shorter.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// lastRunes returns the last n characters of s, all of it if it is shorter.
func lastRunes(s string, n int) string {
	return s[len(firstRunes(s, max(0, runes(s)-n))):]
}
