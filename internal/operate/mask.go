package operate

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/internal/printable"
	"github.com/larkbridge/larkbridge/lib/lark"
)

const masked = "***"

// tokenKinds are the values of a request's field token that name a kind of token:
// they are not secret.
var tokenKinds = [...]string{"tenant", "app", "user", "none"}

// secretText matches secrets in any text: the id of a webhook, a bearer token, a
// token of Lark, a token in a query.
var secretText = regexp.MustCompile(`(/hook/)[^/?#"\s]+|(?i:(Bearer )\S+)|\b([tuac]-)[A-Za-z0-9_.-]{16,}|` +
	`([?&](?i:[a-z_]*token|key|sign|secret|ticket)=)[^&#"\s]+`)

// textField matches a field with a text in JSON, which may be invalid.
var textField = regexp.MustCompile(`("(\w+)"\s*:\s*")(?:[^"\\]|\\.)*`)

// mask returns a document, JSON or any text, on one line, without the secrets that
// it may contain and without control characters.
func mask(doc string) string {
	if text, ok := maskJSON(doc); ok {
		return printable.Text(text)
	}
	return printable.Text(maskText(doc))
}

func maskText(text string) string {
	text = textField.ReplaceAllStringFunc(text, func(field string) string {
		if m := textField.FindStringSubmatch(field); lark.SecretField(m[2]) {
			return m[1] + masked
		}
		return field
	})
	return secretText.ReplaceAllString(text, "$1$2$3$4"+masked)
}

// maskJSON masks a JSON object or list; it returns false for any other text.
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
	e.SetEscapeHTML(false) // people read it
	if e.Encode(maskValue("", value)) != nil {
		return "", false
	}
	return strings.TrimSpace(out.String()), true
}

// maskValue masks a value by the name of its field, and secrets inside a text by
// their form. A text that is itself JSON, as in a message of SNS, is masked as
// JSON.
func maskValue(name string, value any) any {
	if lark.SecretField(name) && value != nil {
		if kind, ok := value.(string); ok && slices.Contains(tokenKinds[:], kind) {
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
