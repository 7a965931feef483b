package operate_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/operate"
)

func TestSend(t *testing.T) {
	for _, c := range []struct {
		payload, posted, output string
		err                     error
		failure, wantErr        string
	}{
		{`{"recall":{"message_id":"om_1"}}`, `{"on_error":"return","recall":{"message_id":"om_1"}}`, `{"ok":true}`, nil, "", ""},
		{`{"recall":{},"on_error":"raise"}`, `{"recall":{},"on_error":"raise"}`, `{"errorType":"Lark.NotFound","errorMessage":"gone"}`, nil, "Lark.NotFound: gone", ""},
		{`{"requests":[]}`, `{"on_error":"return","requests":[]}`, `{"results":[{"ok":true},{"ok":false,"error":{"kind":"quota","msg":"full"}}]}`, nil, "request 1: quota: full", ""},
		{`{"AlarmName":"a"}`, `{"AlarmName":"a"}`, `null`, nil, "", ""},
		{`"text"`, `"text"`, `[]`, nil, "", ""},
		{`{"edit":{}}`, `{"edit":{},"on_error":"return"}`, `{"ok":false,"error":{"kind":"auth","code":10014,"msg":"app id not exists"}}`, nil, "auth: app id not exists (code 10014, HTTP 0, log id )", ""},
		{`{}`, `{}`, `no`, nil, "", "the output of send is not JSON"},
		{`{}`, `{}`, ``, errors.New("no route"), "", "invoking send: no route"},
	} {
		sent, err := operate.Send(t.Context(), func(_ context.Context, payload []byte) ([]byte, error) {
			if string(payload) != c.posted {
				t.Errorf("%s: got %s posted, want %s", c.payload, payload, c.posted)
			}
			return []byte(c.output), c.err
		}, []byte(c.payload))
		if (err == nil) != (c.wantErr == "") || err != nil && !strings.HasPrefix(err.Error(), c.wantErr) || sent.Failure != c.failure {
			t.Errorf("%s: got the failure %q and %v, want %q and %q", c.payload, sent.Failure, err, c.failure, c.wantErr)
		}
	}
}

func TestSentIsPrintable(t *testing.T) {
	var out printed
	output := "{\"data\":{\"text\":\"a\u009b2J\"}}"
	if err := out.add(operate.Sent{Output: json.RawMessage(output)}, nil); err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"data\": {\n    \"text\": \"a\\u009b2J\"\n  }\n}\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestTextMessage(t *testing.T) {
	got, err := operate.TextMessage("ops", "oc_1", "hi")
	if want := `{"app":"ops","message":{"text":"hi","to":{"chat_id":"oc_1","open_id":"","user_id":"","union_id":"","email":""}}}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}
