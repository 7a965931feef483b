// Package bot is a Lark bot in a module of its own, which needs the SDK and
// nothing of AWS.
package bot

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// newBot returns a Lark platform in memory and an app on it.
func newBot(t *testing.T) (*larktest.Platform, *lark.App) {
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
	platform, app := newBot(t)
	sent, err := lark.NewClient(app).Send(t.Context(), lark.ToChat("oc_1"), lark.Text("hi"))
	if err != nil {
		t.Fatal(err)
	}
	got, ok := platform.Message(sent.MessageID)
	if want := `{"text":"hi"}`; !ok || got.Content != want {
		t.Errorf("message of the chat: got %q, want %q", got.Content, want)
	}
}

func TestList(t *testing.T) {
	platform, app := newBot(t)
	for i := range 5 {
		platform.AddChat(fmt.Sprint("oc_", i), "chat")
	}
	type chat struct {
		ID string `json:"chat_id"`
	}
	call := lark.Call{Method: http.MethodGet, Path: "im/v1/chats", Query: url.Values{"page_size": {"2"}}} // three pages
	chats := map[string]bool{}
	for c, err := range lark.List[chat](t.Context(), lark.NewClient(app), call) {
		if err != nil {
			t.Fatal(err)
		}
		chats[c.ID] = true
	}
	for i := range 5 {
		if id := fmt.Sprint("oc_", i); !chats[id] {
			t.Errorf("got the chats %v, want %s among them", chats, id)
		}
	}
}

// post sends a sample to a handler, signed and encrypted as Lark does it.
func post(t *testing.T, handler http.Handler, app *lark.App, eventType string) *httptest.ResponseRecorder {
	t.Helper()
	sample, ok := larktest.FindSample(eventType)
	if !ok {
		t.Fatalf("no sample of %s", eventType)
	}
	r, err := sample.Delivery(app, time.Now()).NewRequest(t.Context(), "/event")
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func TestEvent(t *testing.T) {
	_, app := newBot(t)
	var got lark.MessageReceive
	handler := lark.Handler(app, func(_ context.Context, ev *lark.Event) error { return ev.Bind(&got) })
	if w := post(t, handler, app, "im.message.receive_v1"); w.Code != http.StatusOK || w.Body.String() != "{}" {
		t.Errorf("answer: got %d %s, want 200 {}", w.Code, w.Body)
	}
	if got.Message.MessageID == "" || got.Message.ChatID == "" {
		t.Errorf("the event's message: got %+v, want its ids", got.Message)
	}
	forged := *app
	forged.VerificationTokens, forged.EncryptKeys = nil, nil
	if w := post(t, handler, &forged, "im.message.receive_v1"); w.Code != http.StatusUnauthorized {
		t.Errorf("answer to an unsigned event: got %d, want 401", w.Code)
	}
}

func TestClick(t *testing.T) {
	_, app := newBot(t)
	handler := lark.Handler(app, func(context.Context, *lark.Event) error { return nil }).
		WithCards(lark.CardHandlerFunc(func(_ context.Context, click *lark.Click) (*lark.CardReply, error) {
			return &lark.CardReply{Toast: &lark.Toast{Content: "Thank you"}}, nil
		}))
	w := post(t, handler, app, "card.action.trigger")
	if want := `{"toast":{"content":"Thank you"}}`; w.Code != http.StatusOK || w.Body.String() != want {
		t.Errorf("answer to a click: got %d %s, want 200 %s", w.Code, w.Body, want)
	}
}
