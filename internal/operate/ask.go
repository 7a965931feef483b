package operate

import (
	"encoding/json"
	"fmt"
)

// Terminal asks the person in front of it.
type Terminal interface {
	Line(label string) (string, error)
	// Secret is Line without showing what is typed.
	Secret(label string) (string, error)
}

// questions are the settings that every app has, in the order in which the
// Lark console shows them. An empty answer leaves a field out.
var questions = [...]struct {
	field, label string
	secret       bool
}{
	{"app_id", "App ID", false},
	{"app_secret", "App Secret", true},
	{"encrypt_key", "Encrypt Key (empty: none)", true},
	{"verification_token", "Verification Token (empty: none)", true},
	{"domain", "Domain: lark, feishu or a base URL (empty: lark)", false},
	{"type", "Type: custom or marketplace (empty: custom)", false},
}

// Ask asks for the settings of an app and returns them as its document.
func Ask(t Terminal) ([]byte, error) {
	settings := map[string]string{}
	for _, q := range questions {
		ask := t.Line
		if q.secret {
			ask = t.Secret
		}
		answer, err := ask(q.label)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", q.field, err)
		}
		if answer != "" {
			settings[q.field] = answer
		}
	}
	doc, err := json.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("encoding the settings: %w", err)
	}
	return doc, nil
}
