package lark_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// eventOf is the body of an event whose "event" is the given text.
func eventOf(event string) []byte {
	return []byte(`{"schema":"2.0","header":{"event_id":"e","event_type":"a.b_v1","token":"` + larktest.VerificationToken + `"},"event":` + event + `}`)
}

func receive(t testing.TB, body []byte) *lark.Event {
	t.Helper()
	cb, err := testApp().Receive(signed(lark.NewEncryptKey(larktest.EncryptKey), now, body), now)
	if err != nil {
		t.Fatalf("got %v for %.200q, want an event", err, body)
	}
	return cb.Event
}

// What is no strict JSON arrives repaired; what is strict arrives as it is.
func TestNotStrictJSON(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`{"a":"\ud83d"}`, `{"a":"\ufffd"}`},
		{`{"a":"\udE00\uD83d"}`, `{"a":"\ufffd\ufffd"}`},
		{`{"a":"\ud83d\ud83d\ude00"}`, `{"a":"\ufffd\ud83d\ude00"}`},
		{`{"a":"\\ud83d"}`, `{"a":"\\ud83d"}`},
		{"{\"a\":\"\xff\xf0\x9f\x98\"}", "{\"a\":\"\ufffd\ufffd\ufffd\ufffd\"}"},
		{"{\"a\":\"x\ny\x00\"}", `{"a":"x\u000ay\u0000"}`},
		{"{\"\xff\":1,\"b\" : 1.50}", "{\"\ufffd\":1,\"b\" : 1.50}"},
		{`{"a":"\ud83d\ude00","b":1.0}`, `{"a":"\ud83d\ude00","b":1.0}`},
	} {
		if diff := cmp.Diff(tt.want, string(receive(t, eventOf(tt.in)).Body)); diff != "" {
			t.Errorf("%q: %s", tt.in, diff)
		}
	}
}

// An event arrives byte for byte however deep it is, with all that the envelope
// says.
func TestDeepEvent(t *testing.T) {
	for _, depth := range []int{499, 500, 501, 9_996, 9_997, 9_998, 10_000, 50_000} {
		for _, brackets := range []struct{ open, end string }{{"[", "]"}, {`{"[\"":`, "}"}} {
			event := `{"b":"x","a":` + strings.Repeat(brackets.open, depth) + "1" + strings.Repeat(brackets.end, depth) + `,"c":[] }`
			ev := receive(t, eventOf(event))
			if string(ev.Body) != event || ev.ID != "e" || ev.Type != "a.b_v1" {
				t.Errorf("depth %d: got %d bytes of %s %s, want %d", depth, len(ev.Body), ev.ID, ev.Type, len(event))
			}
		}
	}
	for _, event := range []string{strings.Repeat("[", 20_000), strings.Repeat("]", 20_000), strings.Repeat("[", 20_000) + `"`} {
		_, err := testApp().Receive(signed(lark.NewEncryptKey(larktest.EncryptKey), now, eventOf(event)), now)
		if !errors.Is(err, lark.ErrUnreadable) {
			t.Errorf("got %v, want %v", err, lark.ErrUnreadable)
		}
	}
}

// Whatever bytes are in a string, the event arrives and is strict JSON.
func FuzzNotStrictJSON(f *testing.F) {
	f.Add([]byte("a\xff\\ud83d\\u00e9 \n\x00"))
	f.Add([]byte(`\ud83d\ude00\ud83d`))
	f.Fuzz(func(t *testing.T, text []byte) {
		// Of an escape the letter behind the backslash is one that JSON has.
		text = bytes.ReplaceAll(text, []byte(`"`), nil)
		for i := 0; i < len(text); i++ {
			if text[i] == '\\' {
				if i++; i == len(text) || !bytes.ContainsRune([]byte(`\/bfnrt`), rune(text[i])) {
					text = append(text[:i-1], text[min(i+1, len(text)):]...)
					i -= 2
				}
			}
		}
		halves := fmt.Sprintf(`\u%04x`, rand.Uint32N(1<<16))
		ev := receive(t, eventOf(`{"a":"`+string(text)+halves+`"}`))
		if !json.Valid(ev.Body) || !utf8.Valid(ev.Body) {
			t.Errorf("got %q, want strict JSON", ev.Body)
		}
	})
}

// An unsigned body over 2 KiB is refused unread where a key is set.
func TestUnsignedBodies(t *testing.T) {
	key := lark.NewEncryptKey(larktest.EncryptKey)
	challenge := func(note int) []byte {
		return fmt.Appendf(nil, `{"challenge":"c","token":"%s","type":"url_verification","note":"%s"}`, larktest.VerificationToken, strings.Repeat("x", note))
	}
	for note, want := range map[int]error{0: nil, 1200: nil, 2500: lark.ErrUnauthorized} {
		if _, err := testApp().Receive(lark.Delivery{Body: key.Encrypt(challenge(note))}, now); !errors.Is(err, want) {
			t.Errorf("a note of %d bytes: got %v, want %v", note, err, want)
		}
	}
	for size, want := range map[int]error{2048: lark.ErrBadRequest, 2049: lark.ErrUnauthorized} {
		if _, err := testApp().Receive(lark.Delivery{Body: bytes.Repeat([]byte("x"), size)}, now); !errors.Is(err, want) {
			t.Errorf("%d bytes: got %v, want %v", size, err, want)
		}
	}
	app := testApp()
	app.EncryptKeys, app.AllowUnsigned = nil, true
	if _, err := app.Receive(lark.Delivery{Body: challenge(5000)}, now); err != nil {
		t.Errorf("without a key: got %v, want it taken", err)
	}
}

// A text with bad padding is read like one with good padding before it is
// refused: both do the same work, down to the allocations.
func TestPaddingTakesOnePath(t *testing.T) {
	key := lark.NewEncryptKey(larktest.EncryptKey)
	event := eventOf(`{"text":"` + strings.Repeat("x", 800) + `"}`)
	good := lark.Delivery{Body: key.Encrypt(event)}
	bad := lark.Delivery{Body: withBadPadding(t, event)}
	if len(good.Body) != len(bad.Body) {
		t.Fatalf("the bodies have %d and %d bytes, want the same", len(good.Body), len(bad.Body))
	}
	app := testApp()
	allocations := func(d lark.Delivery) float64 {
		return testing.AllocsPerRun(100, func() {
			if _, err := app.Receive(d, now); !errors.Is(err, lark.ErrUnauthorized) {
				t.Errorf("got %v, want %v", err, lark.ErrUnauthorized)
			}
		})
	}
	if g, b := allocations(good), allocations(bad); g != b {
		t.Errorf("%g allocations for good padding and %g for bad, want the same", g, b)
	}
}

// withBadPadding is an encrypted body whose text ends with blanks where the padding
// belongs.
func withBadPadding(t *testing.T, text []byte) []byte {
	t.Helper()
	key := sha256.Sum256([]byte(larktest.EncryptKey))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		t.Fatal(err)
	}
	data := append(bytes.Clone(text), bytes.Repeat([]byte(" "), aes.BlockSize-len(text)%aes.BlockSize)...)
	buf := make([]byte, aes.BlockSize+len(data))
	cipher.NewCBCEncrypter(block, buf[:aes.BlockSize]).CryptBlocks(buf[aes.BlockSize:], data)
	return []byte(`{"encrypt":"` + base64.StdEncoding.EncodeToString(buf) + `"}`)
}

// A time in the future counts as now; the header keeps what Lark said.
func TestTimeInTheFuture(t *testing.T) {
	for stamp, want := range map[string]time.Time{
		"99999999999.0": now, "9999999999999": now, "1735689600123": time.UnixMilli(1735689600123).UTC(),
	} {
		body := `{"ts":"` + stamp + `","uuid":"u","token":"` + larktest.VerificationToken + `","type":"event_callback","event":{"type":"x"}}`
		if ev := receive(t, []byte(body)); !ev.Time.Equal(want) {
			t.Errorf("%s: got %s, want %s", stamp, ev.Time, want)
		}
	}
}

// No name stands twice in a header or in a click that is made from the old style,
// whatever Lark sends.
func TestNamesOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	names := []string{"token", "uuid", "ts", "type", "schema", "event_id", "event_type", "create_time", "app_id", "tenant_key", "operator", "context", "open_id",
		"action", "open_message_id", "x", `\u0078`, "header"}
	for range 500 {
		fields := func(n int) string {
			var all []string
			for range rng.IntN(n) {
				name := names[rng.IntN(len(names))]
				value := fmt.Sprintf("%q", "v"+randomText(rng))
				if name == "app_id" {
					value = `"` + larktest.AppID + `"`
				}
				if name == "token" {
					value = `"` + larktest.VerificationToken + `"`
				}
				all = append(all, fmt.Sprintf(`"%s":%s`, name, value))
			}
			return strings.Join(append(all, `"token":"`+larktest.VerificationToken+`"`), ",")
		}
		for _, body := range []string{
			`{` + fields(60) + `,"event":{"type":"a"}}`,
			`{"schema":"2.0",` + fields(10) + `,"header":{` + fields(60) + `},"event":{}}`,
			`{` + strings.ReplaceAll(fields(60), `"header":`, `"other":`) + `,"open_message_id":"om","action":{}}`,
		} {
			req := signed(lark.NewEncryptKey(larktest.EncryptKey), now, []byte(body))
			cb, err := testApp().Receive(req, now)
			if err != nil || cb.Event == nil {
				continue
			}
			once(t, cb.Event.Header)
			if cb.OldCard {
				once(t, cb.Event.Body)
			}
		}
	}
}

// once reports a name that stands twice in an object.
func once(t *testing.T, object []byte) {
	t.Helper()
	d := jsontext.NewDecoder(bytes.NewReader(object))
	if _, err := d.ReadValue(); err != nil {
		t.Errorf("got %v, want each name once: %s", err, object)
	}
}
