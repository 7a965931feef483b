// Package bot is a Lark bot in a module of its own, which needs the SDK and
// nothing of AWS.
package bot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// fixture is a Lark platform in memory and an app on it.
func fixture(t *testing.T) (*larktest.Platform, *lark.App) {
	t.Helper()
	platform := larktest.New(larktest.WithApps(larktest.App{ID: "cli_bot", Secret: "secret"}))
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	app, err := lark.ParseApp("default", []byte(`{"app_id":"cli_bot","app_secret":"secret","encrypt_key":"key","verification_token":"token","domain":"`+server.URL+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	return platform, app
}

func TestSend(t *testing.T) {
	platform, app := fixture(t)
	_, err := lark.NewClient(app).Do(t.Context(), lark.Call{
		Method: http.MethodPost, Path: "im/v1/messages", Query: url.Values{"receive_id_type": {"chat_id"}},
		Body: []byte(`{"receive_id":"oc_1","msg_type":"text","content":"{\"text\":\"hi\"}"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := platform.Messages("oc_1"); len(got) != 1 {
		t.Errorf("messages of the chat: got %d, want 1", len(got))
	}
}

func TestList(t *testing.T) {
	platform, app := fixture(t)
	for i := range 5 {
		platform.AddChat(fmt.Sprint("oc_", i), "chat")
	}
	answer, err := lark.NewClient(app).List(t.Context(), lark.Call{Method: http.MethodGet, Path: "im/v1/chats", Query: url.Values{"page_size": {"2"}}}, 10)
	if err != nil {
		t.Fatal(err)
	}
	var data struct{ Items []json.RawMessage }
	if err := json.Unmarshal(answer.Data, &data); err != nil || len(data.Items) != 5 {
		t.Errorf("chats on three pages: got %d and %v, want 5", len(data.Items), err)
	}
}

func TestReceive(t *testing.T) {
	_, app := fixture(t)
	payload := []byte(`{"schema":"2.0","header":{"event_id":"e1","event_type":"im.message.receive_v1","app_id":"cli_bot","token":"token"},"event":{}}`)
	now := time.Unix(1735689600, 0)
	callback, err := app.Receive(app.Sign(payload, now), now)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := callback.Event.Type, "im.message.receive_v1"; got != want {
		t.Errorf("type of the event: got %q, want %q", got, want)
	}
}
