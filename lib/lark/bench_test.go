package lark_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"testing"

	"larkbridge/lib/lark"
	"larkbridge/lib/sample"
)

// benchRequest is an encrypted, signed message whose body is 2.2 KB.
func benchRequest(b *testing.B) lark.Request {
	b.Helper()
	plain := bytes.Replace(payload(b, "im.message.receive_v1"), []byte(`hello`), bytes.Repeat([]byte("hello, "), 130), 1)
	return signed(lark.NewEncryptKey(sample.EncryptKey), now, plain)
}

// The floor: what no implementation can do without.
func BenchmarkFloor(b *testing.B) {
	req := benchRequest(b)
	var body struct{ Encrypt []byte }
	if err := json.Unmarshal(req.Body, &body); err != nil {
		b.Fatal(err)
	}
	text := []byte(base64.StdEncoding.EncodeToString(body.Encrypt))
	key := sha256.Sum256([]byte(sample.EncryptKey))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(req.Body)))
	b.ReportAllocs()
	for b.Loop() {
		sha256.Sum256(req.Body)
		buf := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
		n, _ := base64.StdEncoding.Decode(buf, text)
		data := buf[aes.BlockSize:n]
		cipher.NewCBCDecrypter(block, buf[:aes.BlockSize]).CryptBlocks(data, data)
	}
}

// Verify, decrypt, decode.
func BenchmarkAccept(b *testing.B) {
	req, app := benchRequest(b), testApp()
	b.SetBytes(int64(len(req.Body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := app.Receive(req, now); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRefuse(b *testing.B) {
	req, app := benchRequest(b), testApp()
	req.Header[lark.HeaderSignature] = lark.SignEvent("1", "nonce", app.EncryptKeys[0], req.Body)
	b.SetBytes(int64(len(req.Body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := app.Receive(req, now); err == nil {
			b.Fatal("a forged signature is accepted")
		}
	}
}
