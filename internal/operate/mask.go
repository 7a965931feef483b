package operate

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const masked = "***"

// secretWords are in the names of fields whose value opens something.
var secretWords = [...]string{"token", "secret", "password", "passwd", "authorization", "ticket", "encrypt_key", "credential", "signature"}

// kinds are what the field token of a request may hold instead of a token.
var kinds = [...]string{"tenant", "app", "user", "none"}

// secretText is what opens something wherever it stands: the id of a webhook,
// a bearer, a token of Lark, a token in a query, a field of broken JSON.
var secretText = regexp.MustCompile(`(/hook/)[^/?#"\s]+|(?i:(Bearer )\S+)|\b([tuac]-)[A-Za-z0-9_.-]{16,}|` +
	`([?&](?i:[a-z_]*token|key|sign|secret|ticket)=)[^&#"\s]+|` +
	`("\w*(?i:` + strings.Join(secretWords[:], "|") + `)\w*"\s*:\s*")(?:[^"\\]|\\.)*`)

// mask returns a document, JSON or any text, without the secrets it may hold,
// on one line, and without what could steer a terminal.
func mask(doc string) string {
	if text, ok := maskJSON(doc); ok {
		return plain(text)
	}
	return plain(maskText(doc))
}

func maskText(text string) string {
	return secretText.ReplaceAllString(text, "$1$2$3$4$5"+masked)
}

// maskJSON is false for what is not one JSON object or list.
func maskJSON(doc string) (string, bool) {
	if trimmed := strings.TrimSpace(doc); !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		return "", false
	}
	var value any
	d := json.NewDecoder(strings.NewReader(doc))
	d.UseNumber()
	if d.Decode(&value) != nil {
		return "", false
	}
	if _, err := d.Token(); err != io.EOF {
		return "", false
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // it is for people to read
	if e.Encode(maskValue("", value)) != nil {
		return "", false
	}
	return strings.TrimSpace(out.String()), true
}

// maskValue masks by the name of a field and, in a text, by what it looks
// like. A text that is a document itself, as SNS sends it, is opened.
func maskValue(name string, value any) any {
	if secret(name) && value != nil {
		if kind, ok := value.(string); ok && slices.Contains(kinds[:], kind) {
			return kind
		}
		return masked
	}
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			v[name] = maskValue(name, inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = maskValue("", inner)
		}
	case string:
		if text, ok := maskJSON(v); ok {
			return text
		}
		return maskText(v)
	}
	return value
}

// secret says whether a field's name promises a secret. A page_token is none,
// but no loss either.
func secret(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(secretWords[:], func(word string) bool { return strings.Contains(name, word) })
}

// plain replaces what could steer a terminal.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '·'
	}, text)
}
