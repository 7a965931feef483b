package lark_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

const aLogID = "202611231200001234567890ABCDEF-_.z"

func TestLogID(t *testing.T) {
	for _, tt := range []struct {
		name string
		h    map[string]string
		want string
	}{
		{"none", map[string]string{"X-Lark-Signature": "x"}, ""},
		{"Lark's", map[string]string{"X-Tt-Logid": aLogID}, aLogID},
		{"as API Gateway writes it", map[string]string{"x-tt-logid": aLogID}, aLogID},
		{"the other header", map[string]string{"x-request-id": aLogID}, aLogID},
		{"both", map[string]string{"X-Request-Id": "other", "X-Tt-Logid": aLogID}, aLogID},
		{"a bad one hides the other", map[string]string{"X-Request-Id": "other", "X-Tt-Logid": "a b"}, ""},
		{"empty", map[string]string{"X-Tt-Logid": "", "X-Request-Id": "other"}, "other"},
		{"as long as can be", map[string]string{"X-Tt-Logid": strings.Repeat("a", 64)}, strings.Repeat("a", 64)},
		{"too long", map[string]string{"X-Tt-Logid": strings.Repeat("a", 65)}, ""},
		{"joined by API Gateway", map[string]string{"X-Tt-Logid": "a,b"}, ""},
	} {
		h := http.Header{}
		for name, value := range tt.h {
			h.Set(name, value)
		}
		if got := lark.LogID(h); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestNoHeader(t *testing.T) {
	if got := lark.LogID(nil); got != "" {
		t.Errorf("got %q, want no log id", got)
	}
	if _, err := testApp().Receive(lark.Delivery{Body: []byte(`{}`)}, now); !errors.Is(err, lark.ErrUnauthorized) {
		t.Errorf("got %v, want %v", err, lark.ErrUnauthorized)
	}
}

// An event has the log id of its delivery, of whatever kind it is.
func TestEventHasTheLogID(t *testing.T) {
	key := lark.NewEncryptKey(larktest.EncryptKey)
	for name, req := range map[string]lark.Delivery{
		"an event":        signed(key, now, payload(t, "im.message.receive_v1")),
		"schema 1.0":      signed(key, now, payload(t, "app_ticket")),
		"a click":         signed(key, now, payload(t, "card.action.trigger")),
		"an older click":  signedCard(now, payload(t, "card.action.trigger_v1")),
		"a link preview":  signed(key, now, payload(t, "url.preview.get")),
		"an unknown type": signed(key, now, []byte(`{"schema":"2.0","header":{"token":"`+larktest.VerificationToken+`"}}`)),
	} {
		cb, err := testApp().Receive(withHeader(req, "X-Tt-Logid", aLogID), now)
		if err != nil || cb.Event.LogID != aLogID {
			t.Errorf("%s: got %+v, %v", name, cb, err)
		}
	}
}
