package lark_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
)

func TestEncryptIsDecrypted(t *testing.T) {
	key := lark.NewEncryptKey("k")
	for n := range 3 * aes.BlockSize {
		plain := bytes.Repeat([]byte("x"), n)
		var body struct{ Encrypt string }
		if err := json.Unmarshal(key.Encrypt(plain), &body); err != nil {
			t.Fatal(err)
		}
		got, err := key.Decrypt([]byte(body.Encrypt))
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: got %q, %v", n, got, err)
		}
	}
}

// Wrong padding of each kind is refused, whatever its last byte says.
func TestDecryptChecksPadding(t *testing.T) {
	sum := sha256.Sum256([]byte("k"))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		t.Fatal(err)
	}
	for last := range 256 {
		for wrong := range aes.BlockSize {
			plain := bytes.Repeat([]byte{byte(last)}, aes.BlockSize)
			good := last >= 1 && last <= aes.BlockSize
			if wrong > 0 { // the byte this far from the end is changed
				plain[aes.BlockSize-1-wrong] ^= 0x80
				good = good && wrong >= last
			}
			text := make([]byte, 2*aes.BlockSize)
			cipher.NewCBCEncrypter(block, text[:aes.BlockSize]).CryptBlocks(text[aes.BlockSize:], plain)
			_, err := lark.NewEncryptKey("k").Decrypt([]byte(base64.StdEncoding.EncodeToString(text)))
			if (err == nil) != good {
				t.Fatalf("last byte %d, byte %d wrong: %v", last, wrong, err)
			}
		}
	}
}
