package local_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

func TestSend(t *testing.T) {
	f := start(t)
	status, body := f.ask("POST", "/send", `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`)
	var result struct{ OK bool }
	if err := json.Unmarshal([]byte(body), &result); status != 200 || err != nil || !result.OK {
		t.Fatalf("got %d %s", status, body)
	}
	if got := f.platform.Messages("oc_1"); len(got) != 1 || got[0].Content != `{"text":"hi"}` {
		t.Errorf("in the chat is %+v", got)
	}
	if told := f.told(local.StepSend); len(told) != 1 || told[0].Failed {
		t.Errorf("told is %+v", told)
	}
}

func TestSendFails(t *testing.T) {
	const message = `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`
	for _, c := range []struct {
		name, request string
		fault         larktest.FaultKind
		status        int
		errorType     string
	}{
		{"no JSON", "hello", larktest.None, 400, "Lark.Validation"},
		{"unknown app", `{"app":"other","message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`, larktest.None, 400, "Lark.Validation"},
		{"quota", message, larktest.Quota, 429, "Lark.Quota"},
		{"Lark's fault", message, larktest.ServerError, 502, "Lark.Server"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t)
			isMessage := func(r *http.Request) bool { return r.URL.Path == "/open-apis/im/v1/messages" }
			f.platform.Fail(larktest.Fault{Kind: c.fault, Match: isMessage})
			status, body := f.ask("POST", "/send", c.request)
			var failed struct{ ErrorType, ErrorMessage string }
			if err := json.Unmarshal([]byte(body), &failed); err != nil || status != c.status || failed.ErrorType != c.errorType || failed.ErrorMessage == "" {
				t.Errorf("got %d %s", status, body)
			}
		})
	}
}
