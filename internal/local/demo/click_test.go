package demo_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

func TestClickRoute(t *testing.T) {
	inFixture(t, func(t *testing.T, f *fixture) {
		first, _ := f.click(lark.TypeCardAction, "{}")
		if !strings.HasPrefix(first.Token, "c-") || first.ChatID == "" {
			t.Errorf("got %+v, want a token and a chat", first)
		}
		status, body := f.ask("POST", "/api/click", `{"message_id":"`+first.MessageID+`","open_id":"ou_2"}`)
		var click local.Click
		if err := json.Unmarshal([]byte(body), &click); err != nil || status != 200 || click.OpenID != "ou_2" || click.Token == first.Token {
			t.Errorf("got %d %s, want 200, a click by ou_2 and another token", status, body)
		}
		if m := f.message(first.MessageID); len(m.Clicks) != 2 || m.Clicks[1] != "ou_2" {
			t.Errorf("clicked is by %q", m.Clicks)
		}
		for body, status := range map[string]int{
			`{"message_id":"om_none"}`: 404, `{"token":"c-1"}`: 400, `{"open_id":""}`: 400, `no`: 400, `[]`: 400,
		} {
			if got, reply := f.ask("POST", "/api/click", body); got != status {
				t.Errorf("%s: got %d %s, want %d", body, got, reply, status)
			}
		}
	})
}

// When all cards are decided, another is sent for the click.
func TestClickWithoutACardLeft(t *testing.T) {
	inFixture(t, func(t *testing.T, f *fixture) {
		first, callback := f.click(lark.TypeCardAction, `{"action":"approve"}`)
		f.do(callback())
		second, _ := f.click(lark.TypeCardAction, `{"action":"approve"}`)
		if first.MessageID == second.MessageID || len(f.platform.Messages("")) != 2 {
			t.Errorf("got %+v, then %+v, want two messages", first, second)
		}
	})
	inFixture(t, func(t *testing.T, f *fixture) {
		_, callback := f.click(lark.TypeCardAction, `{"action":"approve"}`)
		f.do(callback())
		f.platform.Fail(larktest.Fault{Kind: larktest.Quota})
		if status, body := f.ask("POST", "/api/click", ""); status != 503 || body != `{"error":"unavailable"}` {
			t.Errorf("got %d %s, want 503 unavailable", status, body)
		}
	})
}

// Who is not on this machine finds neither the clicks nor the cards.
func TestClickIsForThisMachine(t *testing.T) {
	inFixture(t, func(t *testing.T, f *fixture) {
		for name, change := range map[string]func(*http.Request){
			"another host":    func(r *http.Request) { r.Host = "bot.example.com" },
			"a proxy":         func(r *http.Request) { r.Header.Set("X-Forwarded-For", "192.0.2.1") },
			"a page's origin": func(r *http.Request) { r.Header.Set("Origin", "https://example.com") },
		} {
			req := httptest.NewRequest("POST", "http://localhost/api/click", strings.NewReader("{}"))
			change(req)
			if status, body := f.do(req); status != 404 || body != `{"error":"not_found"}` {
				t.Errorf("%s: got %d %s, want 404 not_found", name, status, body)
			}
		}
		if shown := f.shown(local.StepClick); len(shown) != 0 {
			t.Errorf("shown: %q", shown)
		}
	})
}

func TestCards(t *testing.T) {
	inFixture(t, func(t *testing.T, f *fixture) {
		f.ask("POST", "/send", `{"message":{"to":{"chat_id":"oc_1"},"text":"no card"}}`)
		f.ask("POST", "/send", `{"message":{"to":{"chat_id":"oc_1"},"card":{"schema":"2.0","body":{"elements":[]}}}}`)
		click, callback := f.click(lark.TypeCardAction, `{"action":"reject"}`)
		f.do(callback())
		status, body := f.ask("GET", "/api/cards", "")
		var cards []struct {
			MessageID string `json:"message_id"`
			Title     string
			Buttons   bool
			Toast     *larktest.Toast
			Card      json.RawMessage
		}
		if err := json.Unmarshal([]byte(body), &cards); err != nil || status != 200 || len(cards) != 2 {
			t.Fatalf("got %d %s, want 200 and two cards", status, body)
		}
		if c := cards[0]; c.MessageID != click.MessageID || !strings.HasPrefix(c.Title, "Rejected: ") || c.Buttons ||
			c.Toast == nil || c.Toast.Content != "Rejected." || len(c.Card) == 0 {
			t.Errorf("got %+v, want the rejected card of the click, without buttons", c)
		}
		if c := cards[1]; c.Title != "a card" || c.Toast != nil {
			t.Errorf("got %+v, want \"a card\" without a toast", c)
		}
	})
}
