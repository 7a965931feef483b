package lark_test

import (
	"encoding/json"
	"errors"
	"testing"

	"larkbridge/lib/lark"
	"larkbridge/lib/sample"
)

// Whatever arrives, Receive answers with a callback or one of its two errors,
// and what it returns can go on the bus.
func FuzzReceive(f *testing.F) {
	for _, s := range sample.All() {
		f.Add([]byte(s.Payload), 0)
		f.Add([]byte(s.Payload), 1)
		f.Add([]byte(s.Payload), 2)
	}
	f.Add([]byte(`{"encrypt":"AAAA"}`), 3)
	key := lark.NewEncryptKey(sample.EncryptKey)
	f.Fuzz(func(t *testing.T, body []byte, how int) {
		app := testApp()
		var req lark.Request
		switch how {
		case 0:
			req = signed(key, now, body)
		case 1:
			req = signedCard(now, body)
		case 2:
			app.EncryptKeys, app.AllowUnsigned = nil, true
			fallthrough
		default:
			req = lark.Request{Body: body}
		}
		cb, err := app.Receive(req, now)
		if err != nil {
			if !errors.Is(err, lark.ErrBadRequest) && !errors.Is(err, lark.ErrUnauthorized) {
				t.Fatalf("another error: %v", err)
			}
			return
		}
		if cb.Event == nil {
			return
		}
		if cb.Event.Key == "" {
			t.Error("no key")
		}
		for _, part := range []json.RawMessage{cb.Event.Header, cb.Event.Body, cb.Event.Message} {
			if part != nil && !json.Valid(part) {
				t.Errorf("not JSON: %q", part)
			}
		}
	})
}

func FuzzDecrypt(f *testing.F) {
	f.Add([]byte("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="))
	f.Add([]byte(""))
	key := lark.NewEncryptKey("test key")
	f.Fuzz(func(t *testing.T, text []byte) {
		if plain, err := key.Decrypt(text); err == nil && len(plain) >= len(text) {
			t.Errorf("%d bytes opened to %d", len(text), len(plain))
		}
	})
}
