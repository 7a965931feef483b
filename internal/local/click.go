package local

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Click is a click on a card that is there, for its callback to carry. Token
// updates the card: it is not to be shown.
type Click struct {
	MessageID string `json:"message_id"`
	ChatID    string `json:"chat_id"`
	OpenID    string `json:"open_id"`
	Token     string `json:"token"`
}

// apply puts the click into the payload of one, of either style.
func (c *Click) apply(doc object) {
	event, operator, place := doc, doc, doc // the old style is flat
	if e := child(doc, "event"); e != nil {
		event, operator, place = e, child(e, "operator"), child(e, "context")
	}
	replace(event, "token", c.Token)
	replace(operator, "open_id", c.OpenID)
	replace(place, "open_message_id", c.MessageID)
	replace(place, "open_chat_id", c.ChatID)
}

// The chat and the user of the samples.
const (
	sampleChat = "oc_5d4c3b2a19080706f5e4d3c2b1a09f8e"
	sampleUser = "ou_0f1e2d3c4b5a69788796a5b4c3d2e1f0"
)

// errNoCard says that there is no card to click.
var errNoCard = errors.New("there is no such card")

// users are who clicks the cards of the stand-in and sees the answers.
type users struct {
	server   *Server
	platform *larktest.Platform
	ask      func(context.Context) error // sends a card, for when none is left

	mu     sync.Mutex
	clicks map[lark.Secret]string // message by update token: clicks without an answer
}

// click makes a user click the message or, for "", the newest card that has
// buttons.
func (u *users) click(ctx context.Context, messageID, openID string) (Click, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	m, ok := u.card(messageID)
	if !ok && messageID == "" {
		if err := u.ask(ctx); err != nil {
			return Click{}, err
		}
		m, ok = u.card("")
	}
	if !ok {
		return Click{}, errNoCard
	}
	token := u.platform.Click(m.ID, openID)
	u.clicks[lark.Secret(token)] = m.ID
	u.server.tell(Step{Kind: StepClick, Subject: title(m.Content), Note: "by " + openID})
	return Click{m.ID, m.ChatID(), openID, token}, nil
}

// card returns the message if it is a card; for "", the newest with buttons.
func (u *users) card(messageID string) (found larktest.Message, ok bool) {
	for _, m := range u.platform.Messages("") {
		wanted := m.ID == messageID && m.MsgType == "interactive"
		if !m.Recalled && (wanted || messageID == "" && m.HasButtons()) {
			found, ok = m, true
		}
	}
	return found, ok
}

// maxClick is far more bytes than the ids of a click have.
const maxClick = 4 << 10

// serveClick makes a click, whose callback the asker then posts. With the real
// platform there is nobody here to click.
func (s *Server) serveClick(w http.ResponseWriter, r *http.Request) {
	if s.users == nil {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "not_found"})
		return
	}
	asked := struct {
		MessageID string `json:"message_id"`
		OpenID    string `json:"open_id"`
	}{OpenID: sampleUser}
	decoder := json.NewDecoder(io.LimitReader(r.Body, maxClick))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil && !errors.Is(err, io.EOF) || asked.OpenID == "" {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "bad_request"})
		return
	}
	click, err := s.users.click(r.Context(), asked.MessageID, asked.OpenID)
	switch {
	case errors.Is(err, errNoCard):
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "not_found"})
	case err != nil: // its step says why
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": "unavailable"})
	default:
		writeJSON(w, http.StatusOK, click)
	}
}
