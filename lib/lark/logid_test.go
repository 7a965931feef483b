package lark_test

import (
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

const aLogID = "202611231200001234567890ABCDEF-_.z"

func TestLogID(t *testing.T) {
	for _, tt := range []struct {
		name string
		h    lark.Header
		want string
	}{
		{"none", lark.Header{"X-Lark-Signature": "x"}, ""},
		{"Lark's", lark.Header{"X-Tt-Logid": aLogID}, aLogID},
		{"as API Gateway writes it", lark.Header{"x-tt-logid": aLogID}, aLogID},
		{"the other header", lark.Header{"x-request-id": aLogID}, aLogID},
		{"both", lark.Header{"X-Request-Id": "other", "X-Tt-Logid": aLogID}, aLogID},
		{"a bad one hides the other", lark.Header{"X-Request-Id": "other", "X-Tt-Logid": "a b"}, ""},
		{"empty", lark.Header{"X-Tt-Logid": "", "X-Request-Id": "other"}, "other"},
		{"as long as can be", lark.Header{"X-Tt-Logid": strings.Repeat("a", 64)}, strings.Repeat("a", 64)},
		{"too long", lark.Header{"X-Tt-Logid": strings.Repeat("a", 65)}, ""},
		{"joined by API Gateway", lark.Header{"X-Tt-Logid": "a,b"}, ""},
	} {
		if got := tt.h.LogID(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
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
		req.Header["X-Tt-Logid"] = aLogID
		cb, err := testApp().Receive(req, now)
		if err != nil || cb.Event.LogID != aLogID {
			t.Errorf("%s: got %+v, %v", name, cb, err)
		}
	}
}
