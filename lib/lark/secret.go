package lark

import (
	"fmt"
	"io"
	"log/slog"
)

// mask is what every secret prints as.
const mask = "***"

// Secret is a text that must not be seen: a key, a token, a ticket. It prints,
// logs and marshals as ***; only [Secret.Reveal] gives the text.
type Secret string

// Reveal returns the text. Call it where the text is used, never to keep it.
func (s Secret) Reveal() string { return string(s) }

// Format writes *** for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask) }

// LogValue makes slog print ***.
func (s Secret) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText makes encoding/json write "***".
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }
