package local_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

func TestListsAreEmptyArraysAndSkip(t *testing.T) {
	f := start(t)
	for _, path := range []string{"/api/events", "/api/calls", "/api/cards"} {
		if status, body := f.ask("GET", path, ""); status != 200 || body != "[]\n" {
			t.Errorf("GET %s gives %d %s", path, status, body)
		}
	}
	f.do(f.event("im.chat.updated_v1", local.Edit{}))
	f.do(f.event("approval_task", local.Edit{}))
	for query, want := range map[string]int{"": 2, "?after=1": 1, "?after=2": 0, "?after=99": 0, "?after=-1": 2, "?after=x": 2} {
		if _, body := f.ask("GET", "/api/events"+query, ""); strings.Count(body, `"detail-type"`) != want {
			t.Errorf("GET /api/events%s gives %s", query, body)
		}
	}
}

func TestSend(t *testing.T) {
	f := start(t)
	status, body := f.ask("POST", "/send", `{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`)
	var result struct{ OK bool }
	if err := json.Unmarshal([]byte(body), &result); status != 200 || err != nil || !result.OK {
		t.Fatalf("got %d %s, want 200 and ok", status, body)
	}
	if got := f.platform.Messages("oc_1"); len(got) != 1 || got[0].Content != `{"text":"hi"}` {
		t.Errorf("in the chat is %+v", got)
	}
	if shown := f.shown(local.StepSend); len(shown) != 1 || shown[0].Failed {
		t.Errorf("shown: %+v", shown)
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
				t.Errorf("got %d %s, want %d and the error %s", status, body, c.status, c.errorType)
			}
		})
	}
}

// With the real platform there are no simulated users.
func TestClickWithoutUsers(t *testing.T) {
	f := start(t)
	if status, body := f.ask("POST", "/api/click", "{}"); status != 404 || body != `{"error":"not_found"}`+"\n" {
		t.Errorf("got %d %s, want 404 not_found", status, body)
	}
}
