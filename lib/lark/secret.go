package lark

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
)

// mask is the text that every secret prints as.
const mask = "***"

// Secret is a text that must not be shown, such as a key, a token or a ticket. It
// prints, logs and marshals as ***. Only [Secret.Reveal] returns the text.
type Secret string

// Reveal returns the text. Call it where the text is used, and do not keep the
// result.
func (s Secret) Reveal() string { return string(s) }

// Format writes *** for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask) }

// LogValue returns *** for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText returns *** for encoding/json.
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

// SecretField reports whether a JSON field or a parameter of this name holds a
// secret, so that it must not be shown.
func SecretField(name string) bool {
	name = strings.ToLower(name)
	if strings.HasSuffix(name, "page_token") {
		return false // a position in a list
	}
	for _, fragment := range [...]string{"token", "secret", "password", "passwd", "authorization", "ticket", "encrypt_key", "credential", "signature"} {
		if strings.Contains(name, fragment) {
			return true
		}
	}
	return name == "sign"
}

// EncryptKey is an Encrypt Key of an app, ready for use: it signs events, and
// encrypts and decrypts their bodies. It prints as ***.
type EncryptKey struct {
	secret Secret
	block  cipher.Block
}

// NewEncryptKey returns the key for a text from the developer console. The AES-256
// key is the SHA-256 of the text
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

// MarshalText returns *** for encoding/json and slog.
func (k EncryptKey) MarshalText() ([]byte, error) { return []byte(mask), nil }

// Decrypt decrypts the text of a field "encrypt": base64 of a 16-byte IV and
// AES-256-CBC ciphertext, padded as PKCS#7
// (event-subscription-guide/…/send-notifications-to-developers-server). All
// failures are the same error, so that nobody outside learns which check failed.
func (k EncryptKey) Decrypt(text []byte) ([]byte, error) {
	plain, ok := k.decrypt(text)
	if !ok {
		return nil, errDecrypt
	}
	return plain, nil
}

// decrypt decrypts text as Decrypt does. If the padding is invalid, it returns all of
// the text with the padding, so that a caller can do the same as with valid padding.
func (k EncryptKey) decrypt(text []byte) (plain []byte, ok bool) {
	buf := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Strict().Decode(buf, text)
	if err != nil || n < 2*aes.BlockSize || n%aes.BlockSize != 0 {
		return nil, false
	}
	iv, data := buf[:aes.BlockSize], buf[aes.BlockSize:n]
	cipher.NewCBCDecrypter(k.block, iv).CryptBlocks(data, data)
	size, valid := unpad(data)
	return data[:size], valid == 1
}

// unpad returns the length of the data without its PKCS#7 padding, and 1; or, if the
// padding is invalid, the whole length and 0. It reads every byte of the last block and
// takes no branch, so that its time does not depend on the data.
func unpad(data []byte) (size, valid int) {
	pad := int(data[len(data)-1])
	valid = subtle.ConstantTimeLessOrEq(1, pad) & subtle.ConstantTimeLessOrEq(pad, aes.BlockSize)
	for i := 1; i <= aes.BlockSize; i++ {
		inside := subtle.ConstantTimeLessOrEq(i, pad)
		equal := subtle.ConstantTimeByteEq(data[len(data)-i], byte(pad))
		valid &= subtle.ConstantTimeSelect(inside, equal, 1)
	}
	return len(data) - subtle.ConstantTimeSelect(valid, pad, 0), valid
}

// Encrypt returns the body that Lark posts when an Encrypt Key is set:
// {"encrypt":"…"}, with a random IV.
func (k EncryptKey) Encrypt(plain []byte) []byte {
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	buf := make([]byte, aes.BlockSize, aes.BlockSize+len(plain)+pad)
	_, _ = rand.Read(buf) // never fails: it ends the process instead
	buf = append(append(buf, plain...), bytes.Repeat([]byte{byte(pad)}, pad)...)
	data := buf[aes.BlockSize:]
	cipher.NewCBCEncrypter(k.block, buf[:aes.BlockSize]).CryptBlocks(data, data)
	return []byte(`{"encrypt":` + strconv.Quote(base64.StdEncoding.EncodeToString(buf)) + `}`)
}
