package lark_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// What Sign returns is what Receive takes, for every sample and for apps with
// and without an Encrypt Key.
func TestSignIsReceived(t *testing.T) {
	plain := testApp()
	plain.EncryptKeys, plain.AllowUnsigned = nil, true
	rotating := testApp()
	rotating.EncryptKeys = append([]lark.EncryptKey{lark.NewEncryptKey("newest")}, rotating.EncryptKeys...)
	for _, s := range larktest.Samples() {
		if s.Type() == "" {
			continue // a challenge, or not posted to an app
		}
		for name, app := range map[string]*lark.App{"one key": testApp(), "no key": plain, "two keys": rotating} {
			if cb, err := app.Receive(app.Sign(s.Payload, now), now); err != nil || cb.Event == nil {
				t.Errorf("%s, %s: got %+v, %v; want an event", s.Name, name, cb, err)
			}
		}
	}
}

func TestSign(t *testing.T) {
	challenge := []byte(`{"type":"url_verification","challenge":"c","token":"` + larktest.VerificationToken + `"}`)
	plain := testApp()
	plain.EncryptKeys = nil
	for _, tt := range []struct {
		name      string
		app       *lark.App
		payload   []byte
		signature int // its length
		encrypted bool
	}{
		{"an event", testApp(), payload(t, "im.message.receive_v1"), 64, true},
		{"a click", testApp(), payload(t, "card.action.trigger"), 64, true},
		{"an old-style click", testApp(), payload(t, "card.action.trigger_v1"), 40, false},
		{"a challenge", testApp(), challenge, 0, true},
		{"no JSON", testApp(), []byte("hello"), 64, true},
		{"an event of an app without a key", plain, payload(t, "im.message.receive_v1"), 0, false},
		{"an old-style click of an app without secrets", &lark.App{}, payload(t, "card.action.trigger_v1"), 0, false},
	} {
		req, err := tt.app.Sign(tt.payload, now).NewRequest(t.Context(), "https://example.com/event")
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		if _, err := body.ReadFrom(req.Body); err != nil {
			t.Fatal(err)
		}
		if got := len(req.Header.Get(lark.HeaderSignature)); got != tt.signature {
			t.Errorf("%s: got a signature of %d digits, want %d", tt.name, got, tt.signature)
		}
		if got := !bytes.Equal(body.Bytes(), tt.payload); got != tt.encrypted {
			t.Errorf("%s: got encrypted %v, want %v", tt.name, got, tt.encrypted)
		}
		if req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%s: got %s with %v, want a POST of JSON", tt.name, req.Method, req.Header)
		}
	}
}
