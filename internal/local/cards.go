package local

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

// shownCard is a card as it stands in a chat of the stand-in.
type shownCard struct {
	MessageID string          `json:"message_id"`
	ChatID    string          `json:"chat_id"`
	Time      time.Time       `json:"time"` // of its last change
	Title     string          `json:"title"`
	Buttons   bool            `json:"buttons"`
	Toast     *larktest.Toast `json:"toast,omitempty"` // of its last click
	Card      json.RawMessage `json:"card"`
}

// serveCards answers with the cards as they are now, oldest first: with none
// for the real platform, which does not tell.
func (s *Server) serveCards(w http.ResponseWriter, _ *http.Request) {
	list := []shownCard{}
	if s.users != nil {
		for _, m := range s.users.platform.Messages("") {
			if m.MsgType != "interactive" || m.Recalled {
				continue
			}
			c := shownCard{
				MessageID: m.ID, ChatID: m.ChatID(), Time: m.UpdateTime,
				Title: title(m.Content), Buttons: m.HasButtons(), Card: json.RawMessage(m.Content),
			}
			if m.Toast.Content != "" {
				c.Toast = &m.Toast
			}
			list = append(list, c)
		}
	}
	writeJSON(w, http.StatusOK, list)
}

// title is the title of a card, "a card" when it shows none.
func title(content string) string {
	var card struct {
		Header struct {
			Title struct{ Content string }
		}
	}
	if json.Unmarshal([]byte(content), &card) != nil || card.Header.Title.Content == "" {
		return "a card"
	}
	return card.Header.Title.Content
}
