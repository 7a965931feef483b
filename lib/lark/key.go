package lark

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"fmt"
	"io"
)

// EncryptKey is one Encrypt Key of an app, ready for use: it signs events and
// opens their encrypted bodies. It prints as ***.
type EncryptKey struct {
	secret Secret
	block  cipher.Block
}

// NewEncryptKey prepares the key that is shown in the developer console. The
// AES-256 key is the SHA-256 of its text
// (event-subscription-guide/…/send-notifications-to-developers-server).
func NewEncryptKey(secret Secret) EncryptKey {
	sum := sha256.Sum256([]byte(secret))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		panic(err) // 32 bytes are always an AES key
	}
	return EncryptKey{secret, block}
}

// Format writes *** for every verb and flag.
func (k EncryptKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask) }

// MarshalText makes encoding/json and slog write ***.
func (k EncryptKey) MarshalText() ([]byte, error) { return []byte(mask), nil }
