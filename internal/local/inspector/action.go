package inspector

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/larkbridge/larkbridge/internal/local"
)

// maxRequest is the largest body of a request of the page, in bytes.
const maxRequest = 2 << 20

// answer says what became of what a user of the page does.
type answer struct {
	Status int    `json:"status"` // of the delivery
	Result string `json:"result"`
	Reason string `json:"reason,omitempty"`
	Toast  string `json:"toast,omitempty"`
}

func answerOf(in local.Inbound) answer {
	return answer{Status: in.Status, Result: string(in.Result), Reason: in.Reason}
}

// read decodes the body of a request. It takes JSON only, which no form of another page
// can send.
func read(r *http.Request, into any) error {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/json" {
		return errors.New("the Content-Type is not application/json")
	}
	dec := json.NewDecoder(io.LimitReader(r.Body, maxRequest))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("reading the request: %w", err)
	}
	return nil
}

// serveMessages delivers a message that a user of the page writes.
func (i *Inspector) serveMessages(w http.ResponseWriter, r *http.Request) {
	var message written
	if err := read(r, &message); err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	if message.Text == "" || message.ChatID == "" || message.OpenID == "" {
		writeError(w, http.StatusBadRequest, errors.New("text, chat_id and open_id are required"))
		return
	}
	app, now := i.server.App(), i.server.Now()
	payload, err := message.payload(app, i.chats.kind(message.ChatID), now)
	if err != nil {
		writeError(w, http.StatusInternalServerError, err)
		return
	}
	in, err := i.server.Receive(r.Context(), "/event", app.Sign(payload, now))
	if err != nil {
		writeError(w, http.StatusInternalServerError, err)
		return
	}
	local.WriteJSON(w, http.StatusOK, answerOf(in))
}

// clicked is a click of a user of the page. Action is that of the callback.
type clicked struct {
	MessageID string          `json:"message_id"`
	OpenID    string          `json:"open_id"`
	Action    json.RawMessage `json:"action"`
}

// serveClicks clicks a card and delivers the callback, signed and encrypted.
func (i *Inspector) serveClicks(w http.ResponseWriter, r *http.Request) {
	var c clicked
	if err := read(r, &c); err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	if c.MessageID == "" || c.OpenID == "" || len(c.Action) == 0 {
		writeError(w, http.StatusBadRequest, errors.New("message_id, open_id and action are required"))
		return
	}
	click, err := i.server.Click(r.Context(), c.MessageID, c.OpenID)
	if err != nil {
		writeError(w, http.StatusNotFound, err)
		return
	}
	app, now := i.server.App(), i.server.Now()
	payload, err := clickPayload(app, click, c.Action, now)
	if err != nil {
		writeError(w, http.StatusInternalServerError, err)
		return
	}
	in, err := i.server.Receive(r.Context(), "/card", app.Sign(payload, now))
	if err != nil {
		writeError(w, http.StatusInternalServerError, err)
		return
	}
	a := answerOf(in)
	if m, ok := i.chats.platform.Message(c.MessageID); ok {
		a.Toast = i.view(r).toast(m.Toast)
	}
	local.WriteJSON(w, http.StatusOK, a)
}

// serveDeliveries makes an earlier delivery once more, after changes.
func (i *Inspector) serveDeliveries(w http.ResponseWriter, r *http.Request) {
	var resend resent
	if err := read(r, &resend); err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	s, _ := i.timeline.step(resend.Step)
	in, ok := s.Data.(local.Inbound)
	if !ok {
		writeError(w, http.StatusNotFound, errors.New("there is no such delivery"))
		return
	}
	delivery, err := resend.delivery(i.server.App(), in, i.server.Now())
	if err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	in, err = i.server.Receive(r.Context(), in.Path, delivery)
	if err != nil {
		writeError(w, http.StatusInternalServerError, err)
		return
	}
	local.WriteJSON(w, http.StatusOK, answerOf(in))
}

func writeError(w http.ResponseWriter, status int, err error) {
	local.WriteJSON(w, status, map[string]string{"error": err.Error()})
}
