package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Click is a click on a card of the stand-in, from which its callback is made. Token
// updates the card, so it is secret.
type Click struct {
	MessageID string `json:"message_id"`
	ChatID    string `json:"chat_id"`
	OpenID    string `json:"open_id"`
	Token     string `json:"token"`
}

// apply writes the click into the payload of a click's callback, of either format.
func (c *Click) apply(doc object) {
	event, operator, place := doc, doc, doc // the old format has no nested objects
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
	SampleChat = "oc_5d4c3b2a19080706f5e4d3c2b1a09f8e"
	SampleUser = "ou_0f1e2d3c4b5a69788796a5b4c3d2e1f0"
)

// errNoCard means that there is no card to click.
var errNoCard = errors.New("there is no such card")

// users are the simulated users of the stand-in: they click cards and see the
// replies.
type users struct {
	server   *Server
	platform *larktest.Platform
	sendCard func(context.Context) error // sends a new card with buttons

	mu     sync.Mutex
	clicks map[lark.Secret]string // message id by update token, of the clicks without a reply
}

// AddUsers adds simulated users to a server of the stand-in platform. handler
// answers their clicks, unless it is nil; sendCard sends a card for them to click when
// none is left, unless it is nil. AddUsers must be called before the server serves.
func (s *Server) AddUsers(platform *larktest.Platform, handler lark.CardHandler, sendCard func(context.Context) error) {
	s.users = &users{server: s, platform: platform, sendCard: sendCard, clicks: map[lark.Secret]string{}}
	if handler != nil {
		s.setCards(gateway.Linked(handler))
	}
}

// Click simulates a click on a card of the stand-in. The caller then posts its callback.
// With the real platform, whose users click for themselves, there is no such card.
func (s *Server) Click(ctx context.Context, messageID, openID string) (Click, error) {
	if s.users == nil {
		return Click{}, errNoCard
	}
	return s.users.click(ctx, messageID, openID)
}

// click simulates a click on a message or, for "", on the newest card with buttons.
// If there is none, it first sends one.
func (u *users) click(ctx context.Context, messageID, openID string) (Click, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	m, ok := u.card(messageID)
	if !ok && messageID == "" && u.sendCard != nil {
		if err := u.sendCard(ctx); err != nil {
			return Click{}, err
		}
		m, ok = u.card("")
	}
	if !ok {
		return Click{}, errNoCard
	}
	token := u.platform.Click(m.ID, openID)
	u.clicks[lark.Secret(token)] = m.ID
	u.server.Show(Step{Kind: StepClick, Subject: CardTitle(m.Content), Note: "by " + openID})
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

// maxClick is the largest body of a click request, in bytes.
const maxClick = 4 << 10

// serveClick simulates a click; the client then posts its callback. It answers 404
// with the real platform, whose users click for themselves.
func (s *Server) serveClick(w http.ResponseWriter, r *http.Request) {
	if s.users == nil {
		WriteJSON(w, http.StatusNotFound, map[string]string{"error": "not_found"})
		return
	}
	request := struct {
		MessageID string `json:"message_id"`
		OpenID    string `json:"open_id"`
	}{OpenID: SampleUser}
	decoder := json.NewDecoder(io.LimitReader(r.Body, maxClick))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil && !errors.Is(err, io.EOF) || request.OpenID == "" {
		WriteJSON(w, http.StatusBadRequest, map[string]string{"error": "bad_request"})
		return
	}
	click, err := s.users.click(r.Context(), request.MessageID, request.OpenID)
	switch {
	case errors.Is(err, errNoCard):
		WriteJSON(w, http.StatusNotFound, map[string]string{"error": "not_found"})
	case err != nil: // a step has shown why
		WriteJSON(w, http.StatusServiceUnavailable, map[string]string{"error": "unavailable"})
	default:
		WriteJSON(w, http.StatusOK, click)
	}
}

// clickRecorder stores a click's update token in the request's context, so that the
// reply can be shown on the right card.
type clickRecorder struct{ gateway.Answerer }

// Answer records the click and asks the inner Answerer.
func (c clickRecorder) Answer(ctx context.Context, app *store.App, ev *lark.Event) (*lark.CardReply, error) {
	if info := requestInfoOf(ctx); info != nil && ev.Type == lark.TypeCardAction {
		info.click = lark.NewClick(app.Name, ev).Token
	}
	return c.Answerer.Answer(ctx, app, ev)
}

// replyTee is a ResponseWriter that passes the reply to deliver before the client
// gets it, so that a client that has the reply finds the card already changed.
type replyTee struct {
	http.ResponseWriter
	observe func(reply []byte)
}

// Write delivers and writes the reply, which the gateway writes in one piece.
func (t replyTee) Write(reply []byte) (int, error) {
	t.observe(reply)
	return t.ResponseWriter.Write(reply)
}

// deliverReply applies the reply of a click's callback to the card, as Lark does. It
// ignores a click that no user here made, or that has its reply already. group is that
// of the step which shows it.
func (u *users) deliverReply(token lark.Secret, group string, reply []byte) {
	u.mu.Lock()
	messageID, ok := u.clicks[token]
	delete(u.clicks, token)
	u.mu.Unlock()
	if !ok {
		return
	}
	before, _ := u.platform.Message(messageID)
	if err := u.platform.Answer(token.Reveal(), reply); err != nil {
		u.server.Show(Step{Kind: StepCard, Group: group, Subject: "the answer is refused", Note: err.Error(), Failed: true})
		return
	}
	m, _ := u.platform.Message(messageID)
	var notes []string
	if m.Toast.Content != "" {
		notes = append(notes, fmt.Sprintf("toast %.60q", m.Toast.Content))
	}
	if m.Updated > before.Updated {
		notes = append(notes, fmt.Sprintf("the card is now %.60q", CardTitle(m.Content)))
	}
	if notes == nil {
		notes = []string{"nothing changes"}
	}
	u.server.Show(Step{Kind: StepCard, Group: group, Subject: "answered", Note: strings.Join(notes, ", ")})
}
