package bus

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// maxLevels is how many levels of objects and lists EventBridge takes.
const maxLevels = 1000

// accepts reports whether EventBridge takes a JSON document as a detail: it refuses
// integers that do not fit into 64 bits, and too many levels.
func accepts(doc []byte) bool {
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
		case c == '-' || '0' <= c && c <= '9':
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

// stringEnd returns the place of the quote that ends the string at start.
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
	return '0' <= c && c <= '9' || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}

func acceptsNumber(text []byte) bool {
	const safe = 18 // so many digits always fit
	if len(text) <= safe || bytes.ContainsAny(text, ".eE") {
		return true
	}
	_, err := strconv.ParseInt(string(text), 10, 64)
	return err == nil
}

// acceptable returns a message whose content, where EventBridge does not take it,
// is the JSON text of it, as it is for a content that cannot be decoded. So a rule
// still matches the other fields.
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
