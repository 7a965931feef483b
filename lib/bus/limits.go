package bus

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// maxLevels is how many levels of objects and lists EventBridge accepts in a field of the
// detail.
const maxLevels = 1000 - 1

// acceptsEvent reports whether EventBridge takes the detail of an event.
func acceptsEvent(ev *lark.Event) bool {
	return accepts(ev.Header) && accepts(ev.Body) && accepts(ev.Message)
}

// accepts reports whether EventBridge takes a JSON value as a field of a detail: it
// refuses integers that do not fit into 64 bits, and too many levels.
func accepts(doc []byte) bool {
	if !mayExceed(doc) {
		return true
	}
	depth := 0
	for i := 0; i < len(doc); i++ {
		switch c := doc[i]; {
		case c == '"':
			i = stringEnd(doc, i)
		case c == '{' || c == '[':
			if depth++; depth > maxLevels {
				return false
			}
		case c == '}' || c == ']':
			depth--
		case c == '-' || isDigit(c):
			end := i + 1
			for end < len(doc) && isNumber(doc[end]) {
				end++
			}
			if !acceptsNumber(doc[i:end]) {
				return false
			}
			i = end - 1
		}
	}
	return true
}

// safeDigits is how many digits always fit into 64 bits.
const safeDigits = 18

// mayExceed reports whether a document may have something that EventBridge refuses: more
// brackets than levels, or more digits in a row than always fit. These may be in strings.
// It reads few bytes, so that it takes little time for an ordinary event.
func mayExceed(doc []byte) bool {
	// A level takes two brackets.
	if len(doc) > 2*maxLevels && bytes.Count(doc, []byte("{"))+bytes.Count(doc, []byte("[")) > maxLevels {
		return true
	}
	for i := safeDigits; i < len(doc); i += safeDigits + 1 {
		if !isDigit(doc[i]) {
			continue
		}
		start, end := i, i
		for start >= 0 && isDigit(doc[start]) {
			start--
		}
		for end < len(doc) && isDigit(doc[end]) {
			end++
		}
		if end-start-1 > safeDigits {
			return true
		}
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// stringEnd returns the offset of the quote that ends the string at start.
func stringEnd(doc []byte, start int) int {
	for i := start + 1; i < len(doc); i++ {
		next := bytes.IndexByte(doc[i:], '"')
		if next < 0 {
			break
		}
		i += next
		slashes := 0
		for doc[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
	}
	return len(doc)
}

func isNumber(c byte) bool {
	return isDigit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}

func acceptsNumber(text []byte) bool {
	if len(text) <= safeDigits || bytes.ContainsAny(text, ".eE") {
		return true
	}
	_, err := strconv.ParseInt(string(text), 10, 64)
	return err == nil
}

// acceptable returns a message that EventBridge accepts. If it does not accept the
// content, that becomes a string with its JSON, so that rules match the other fields.
func acceptable(message json.RawMessage) (json.RawMessage, error) {
	if accepts(message) {
		return message, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(message, &fields); err != nil {
		return nil, err
	}
	content, err := json.Marshal(string(fields["content"]))
	if err != nil {
		return nil, err
	}
	fields["content"] = content
	return json.Marshal(fields)
}
