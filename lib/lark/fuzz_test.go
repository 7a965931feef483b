package lark_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Whatever arrives, Receive answers with a callback or one of its two errors,
// and what it returns can go on the bus. What a header says is in the event only
// if it is harmless.
func FuzzReceive(f *testing.F) {
	for _, s := range larktest.Samples() {
		f.Add([]byte(s.Payload), 0, aLogID)
		f.Add([]byte(s.Payload), 1, "")
		f.Add([]byte(s.Payload), 2, "a\nb")
	}
	for _, id := range []string{"\x00", "\x1b[2J", `"`, `","outcome":"published`, `\`, "é", "\u2028", "\xff", strings.Repeat("a", 10<<10), " a", "a,b"} {
		f.Add([]byte(larktest.Samples()[0].Payload), 0, id)
	}
	f.Add([]byte(`{"encrypt":"AAAA"}`), 3, "")
	harmless := regexp.MustCompile(`\A[A-Za-z0-9._-]{1,64}\z`)
	key := lark.NewEncryptKey(larktest.EncryptKey)
	f.Fuzz(func(t *testing.T, body []byte, how int, id string) {
		app := testApp()
		var req lark.Delivery
		switch how {
		case 0:
			req = signed(key, now, body)
		case 1:
			req = signedCard(now, body)
		case 2:
			app.EncryptKeys, app.AllowUnsigned = nil, true
			fallthrough
		default:
			req = lark.Delivery{Body: body}
		}
		cb, err := app.Receive(withHeader(req, "X-Tt-Logid", id), now)
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
		if got := cb.Event.LogID; harmless.MatchString(id) && got != id || !harmless.MatchString(id) && got != "" {
			t.Errorf("the log id %q is taken as %q", id, got)
		}
		for _, document := range []json.RawMessage{cb.Event.Header, cb.Event.Body, cb.Event.Message} {
			if document != nil && !json.Valid(document) {
				t.Errorf("not JSON: %q", document)
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
