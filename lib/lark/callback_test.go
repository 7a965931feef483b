package lark_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func testApp() *lark.App {
	return &lark.App{
		Name: "default", Type: lark.Custom, AppID: larktest.AppID, AppSecret: "app-secret",
		EncryptKeys:        []lark.EncryptKey{lark.NewEncryptKey(larktest.EncryptKey)},
		VerificationTokens: []lark.Secret{larktest.VerificationToken},
	}
}

// signed returns a delivery of the payload, encrypted and signed with an Encrypt
// Key, whatever the payload is.
func signed(key lark.EncryptKey, at time.Time, payload []byte) lark.Delivery {
	return sign(key, at, key.Encrypt(payload))
}

// sign returns a delivery of the body as it is, signed with an Encrypt Key.
func sign(key lark.EncryptKey, at time.Time, body []byte) lark.Delivery {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return delivery(stamp, lark.SignEvent(stamp, "nonce", key, body), body)
}

// signedCard returns a delivery of the body as it is, signed as an old-style
// click.
func signedCard(at time.Time, body []byte) lark.Delivery {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return delivery(stamp, lark.SignCard(stamp, "nonce", larktest.VerificationToken, body), body)
}

func delivery(stamp, signature string, body []byte) lark.Delivery {
	d := lark.Delivery{Header: http.Header{}, Body: body}
	return withHeader(withHeader(withHeader(d, lark.HeaderTimestamp, stamp), lark.HeaderNonce, "nonce"), lark.HeaderSignature, signature)
}

// withHeader returns d with another value of a header, "" for none.
func withHeader(d lark.Delivery, name, value string) lark.Delivery {
	header, _ := d.Header.(http.Header)
	if header = header.Clone(); header == nil {
		header = http.Header{}
	}
	header.Set(name, value)
	d.Header = header
	return d
}

func payload(t testing.TB, eventType string) []byte {
	t.Helper()
	s, ok := larktest.FindSample(eventType)
	if !ok {
		t.Fatalf("no sample of %s", eventType)
	}
	var buf bytes.Buffer
	if err := json.Compact(&buf, s.Payload); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestReceiveWindow(t *testing.T) {
	key := lark.NewEncryptKey(larktest.EncryptKey)
	message, card := payload(t, "im.message.receive_v1"), payload(t, "card.action.trigger")
	for _, tt := range []struct {
		name    string
		at      time.Time
		payload []byte
		want    error
	}{
		{"now", now, message, nil},
		{"24 h old", now.Add(-24 * time.Hour), message, nil},
		{"older", now.Add(-24*time.Hour - time.Second), message, lark.ErrUnauthorized},
		{"5 min ahead", now.Add(5 * time.Minute), message, nil},
		{"further ahead", now.Add(5*time.Minute + time.Second), message, lark.ErrUnauthorized},
		{"last redelivery", now.Add(-(7*time.Hour + 5*time.Minute + 15*time.Second)), message, nil},
		{"card now", now, card, nil},
		{"card 5 min old", now.Add(-5 * time.Minute), card, nil},
		{"card older", now.Add(-5*time.Minute - time.Second), card, lark.ErrUnauthorized},
	} {
		_, err := testApp().Receive(signed(key, tt.at, tt.payload), now)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
	old := payload(t, "card.action.trigger_v1")
	if _, err := testApp().Receive(signedCard(now.Add(-5*time.Minute-time.Second), old), now); !errors.Is(err, lark.ErrUnauthorized) {
		t.Errorf("an old-style card outside its window: got %v", err)
	}
}

func TestReceiveRefuses(t *testing.T) {
	key := lark.NewEncryptKey(larktest.EncryptKey)
	message := payload(t, "im.message.receive_v1")
	challenge := []byte(`{"challenge":"c","token":"` + larktest.VerificationToken + `","type":"url_verification"}`)
	changed := signed(key, now, message)
	changed.Body[40] ^= 1
	for _, tt := range []struct {
		name string
		req  lark.Delivery
		want error
	}{
		{"a changed byte", changed, lark.ErrUnauthorized},
		{"another key", signed(lark.NewEncryptKey("other"), now, message), lark.ErrUnauthorized},
		{"no signature", lark.Delivery{Body: key.Encrypt(message)}, lark.ErrUnauthorized},
		{"no timestamp", withHeader(signed(key, now, message), lark.HeaderTimestamp, ""), lark.ErrUnauthorized},
		{"a timestamp that is no number", delivery("soon", lark.SignEvent("soon", "nonce", key, message), message), lark.ErrUnauthorized},
		{"a nonce without end", withHeader(signed(key, now, message), lark.HeaderNonce, strings.Repeat("n", 1000)), lark.ErrUnauthorized},
		{"a plain challenge although a key is set", lark.Delivery{Body: challenge}, lark.ErrUnauthorized},
		{"a challenge with another token", lark.Delivery{Body: key.Encrypt([]byte(`{"challenge":"c","token":"x","type":"url_verification"}`))}, lark.ErrUnauthorized},
		{"an event of another app", signed(key, now, bytes.Replace(message, []byte(larktest.AppID), []byte("cli_other"), 1)), lark.ErrUnauthorized},
		{"an event with another token", signed(key, now, bytes.Replace(message, []byte(larktest.VerificationToken), []byte("x"), 1)), lark.ErrUnauthorized},
		{"bytes after the encrypted body", sign(key, now, append(key.Encrypt(message), " x"...)), lark.ErrBadRequest},
		{"bytes after the plain text", signed(key, now, append(bytes.Clone(message), "{}"...)), lark.ErrUnreadable},
		{"not JSON", sign(key, now, []byte("hello")), lark.ErrUnreadable},
		{"signed, but encrypted with another key", sign(key, now, lark.NewEncryptKey("other").Encrypt(message)), lark.ErrUnreadable},
		{"unreadable is a bad request", sign(key, now, []byte("hello")), lark.ErrBadRequest},
		{"nothing", lark.Delivery{}, lark.ErrBadRequest},
		{"an event signed as an old card", signedCard(now, message), lark.ErrUnauthorized},
		{"a new card signed as an old one", signedCard(now, payload(t, "card.action.trigger")), lark.ErrUnauthorized},
	} {
		cb, err := testApp().Receive(tt.req, now)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %+v, %v; want %v", tt.name, cb, err, tt.want)
		}
	}
}

func TestReceiveAccepts(t *testing.T) {
	key, older := lark.NewEncryptKey(larktest.EncryptKey), lark.NewEncryptKey("older key")
	message := payload(t, "im.message.receive_v1")
	rotating := testApp()
	rotating.EncryptKeys = append(rotating.EncryptKeys, older)
	rotating.VerificationTokens = []lark.Secret{"newer token", larktest.VerificationToken}
	for _, tt := range []struct {
		name string
		app  *lark.App
		req  lark.Delivery
	}{
		{"the newest key", rotating, signed(key, now, message)},
		{"an older key", rotating, signed(older, now, message)},
		{"signed with one key, encrypted with another", rotating, sign(key, now, older.Encrypt(message))},
		{"a signed plain body", testApp(), sign(key, now, message)},
		{"white space after the body", testApp(), sign(key, now, append(key.Encrypt(message), " \r\n\t"...))},
		{"a slash escaped in base64", testApp(), sign(key, now, bytes.ReplaceAll(key.Encrypt(message), []byte("/"), []byte(`\/`)))},
	} {
		cb, err := tt.app.Receive(tt.req, now)
		if err != nil || cb.Kind != lark.KindEvent || cb.Event.Key != "om_7e0bc21d8b6fba3b050a0cae691ef0d2" {
			t.Errorf("%s: got %+v, %v", tt.name, cb, err)
		}
	}
}

func TestReceiveNeedsSettings(t *testing.T) {
	key := lark.NewEncryptKey(larktest.EncryptKey)
	message := payload(t, "im.message.receive_v1")
	unsigned := testApp()
	unsigned.EncryptKeys = nil
	if _, err := unsigned.Receive(lark.Delivery{Body: message}, now); !errors.Is(err, lark.ErrUnauthorized) {
		t.Errorf("without an encrypt key: got %v", err)
	}
	unsigned.AllowUnsigned = true
	if _, err := unsigned.Receive(lark.Delivery{Body: message}, now); err != nil {
		t.Errorf("with allow_unsigned: %v", err)
	}
	noToken := testApp()
	noToken.VerificationTokens = nil
	if _, err := noToken.Receive(signed(key, now, message), now); !errors.Is(err, lark.ErrUnauthorized) {
		t.Errorf("without a verification token: got %v", err)
	}
}

func TestReceiveTicket(t *testing.T) {
	cb, err := testApp().Receive(signed(lark.NewEncryptKey(larktest.EncryptKey), now, payload(t, "app_ticket")), now)
	if err != nil || cb.Kind != lark.KindTicket || cb.Ticket.Reveal() != "dGVzdC1hcHAtdGlja2V0LXZhbHVl" {
		t.Fatalf("got %+v, %v", cb, err)
	}
	if want := time.UnixMilli(1735689600123).UTC(); !cb.Event.Time.Equal(want) {
		t.Errorf("time %v, want %v", cb.Event.Time, want)
	}
}

// What Lark sends twice has one key; what it sends once has its own.
func TestKeys(t *testing.T) {
	key := lark.NewEncryptKey(larktest.EncryptKey)
	receive := func(payload string) string {
		cb, err := testApp().Receive(signed(key, now, []byte(payload)), now)
		if err != nil {
			t.Fatalf("%s: %v", payload, err)
		}
		return cb.Event.Key
	}
	token := `"token":"` + larktest.VerificationToken + `"`
	for _, tt := range []struct{ name, payload, want string }{
		{"2.0", `{"schema":"2.0","header":{"event_id":"e1","event_type":"x",` + token + `},"event":{}}`, "e1"},
		{"1.0", `{"uuid":"u1","type":"event_callback",` + token + `,"event":{"type":"x","uuid":"inner"}}`, "u1"},
		{"message", `{"schema":"2.0","header":{"event_id":"e1","event_type":"im.message.receive_v1",` + token + `},"event":{"message":{"message_id":"om_1"}}}`, "om_1"},
		{"message without an id", `{"schema":"2.0","header":{"event_id":"e1","event_type":"im.message.receive_v1",` + token + `},"event":{}}`, "e1"},
	} {
		if got := receive(tt.payload); got != tt.want {
			t.Errorf("%s: key %q, want %q", tt.name, got, tt.want)
		}
	}
	a, b := `{"schema":"2.0","header":{`+token+`},"event":{"n":1}}`, `{"schema":"2.0","header":{`+token+`},"event":{"n":2}}`
	first, second, other := receive(a), receive(a), receive(b)
	if first == "" || first != second || first == other {
		t.Errorf("keys of events without an id: got %q and %q for one event and %q for another", first, second, other)
	}
}
