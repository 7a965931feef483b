package bus_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// nowhere takes every entry.
type nowhere struct{}

func (nowhere) Publish(context.Context, bus.Entry) (string, error) { return "1", nil }

// BenchmarkEvent is the whole of what a function computes for an event: an
// encrypted message of 2.2 KB is verified, decrypted, decoded and made a bus
// entry; or refused, when its signature is forged. The floor is what no
// implementation can do without: hash, base64 and AES alone.
func BenchmarkEvent(b *testing.B) {
	app := &lark.App{
		Name: "default", AppID: larktest.AppID,
		EncryptKeys:        []lark.EncryptKey{lark.NewEncryptKey(larktest.EncryptKey)},
		VerificationTokens: []lark.Secret{larktest.VerificationToken},
	}
	text := bytes.Repeat([]byte("hello, "), 130)
	req := stage.Delivery(bytes.Replace(stage.Payload(b, "im.message.receive_v1"), []byte("hello"), text, 1))
	req.Header.(http.Header).Set("X-Tt-Logid", "202611231200001234567890ABCDEF1234")
	now := time.Now()
	events := &bus.Bus{Publisher: nowhere{}, InlineLimit: bus.DefaultInlineLimit}

	var floor float64
	run := func(name string, work func(b *testing.B)) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(req.Body)))
			b.ReportAllocs()
			for b.Loop() {
				work(b)
			}
			perEvent := float64(b.Elapsed()) / float64(b.N)
			if name == "floor" {
				floor = perEvent
			}
			b.ReportMetric(perEvent/floor, "x-floor")
		})
	}
	run("floor", floorOf(b, req.Body))
	run("accept", func(b *testing.B) {
		cb, err := app.Receive(req, now)
		if err != nil {
			b.Fatal(err)
		}
		cb.Event.TraceID = cb.Event.LogID
		if _, err := events.PublishEvent(context.Background(), app.Name, cb.Event); err != nil {
			b.Fatal(err)
		}
	})
	req.Header.(http.Header).Set(lark.HeaderSignature, strings.Repeat("0", 64))
	run("refuse", func(b *testing.B) {
		if _, err := app.Receive(req, now); err == nil {
			b.Fatal("a forged signature is accepted")
		}
	})
}

func floorOf(b *testing.B, body []byte) func(*testing.B) {
	b.Helper()
	var outer struct{ Encrypt string }
	if err := json.Unmarshal(body, &outer); err != nil {
		b.Fatal(err)
	}
	text := []byte(outer.Encrypt)
	key := sha256.Sum256([]byte(larktest.EncryptKey))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		b.Fatal(err)
	}
	return func(*testing.B) {
		sha256.Sum256(body)
		buf := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
		n, _ := base64.StdEncoding.Decode(buf, text)
		data := buf[aes.BlockSize:n]
		cipher.NewCBCDecrypter(block, buf[:aes.BlockSize]).CryptBlocks(data, data)
	}
}
