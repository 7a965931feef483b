package local

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

// serveEvents answers with the entries of the bus in EventBridge's format,
// oldest first. With ?after=n the first n are left out.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	WriteJSON(w, http.StatusOK, s.bus.after(skipped(r)))
}

// serveCalls answers with the calls made to Lark, in the same way.
func (s *Server) serveCalls(w http.ResponseWriter, r *http.Request) {
	WriteJSON(w, http.StatusOK, s.calls.after(skipped(r)))
}

// skipped returns the n of ?after=n, 0 if there is none.
func skipped(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil {
		return 0
	}
	return max(0, n)
}

// WriteJSON answers a request of this machine with a value as JSON.
func WriteJSON(w http.ResponseWriter, status int, value any) {
	doc, err := json.Marshal(value)
	if err != nil {
		status, doc = http.StatusInternalServerError, []byte(`{"error":"internal"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(doc, '\n'))
}

// shownCard is the present state of a card in a chat of the stand-in.
type shownCard struct {
	MessageID string          `json:"message_id"`
	ChatID    string          `json:"chat_id"`
	Time      time.Time       `json:"time"` // of its last change
	Title     string          `json:"title"`
	Buttons   bool            `json:"buttons"`
	Toast     *larktest.Toast `json:"toast,omitempty"` // of the last click on it
	Card      json.RawMessage `json:"card"`
}

// serveCards answers with the present cards, oldest first, or with none for the real
// platform, whose cards are not known here.
func (s *Server) serveCards(w http.ResponseWriter, _ *http.Request) {
	list := []shownCard{}
	if s.users != nil {
		for _, m := range s.users.platform.Messages("") {
			if m.MsgType != "interactive" || m.Recalled {
				continue
			}
			c := shownCard{
				MessageID: m.ID, ChatID: m.ChatID(), Time: m.UpdateTime,
				Title: CardTitle(m.Content), Buttons: m.HasButtons(), Card: json.RawMessage(m.Content),
			}
			if m.Toast.Content != "" {
				c.Toast = &m.Toast
			}
			list = append(list, c)
		}
	}
	WriteJSON(w, http.StatusOK, list)
}

// CardTitle returns the title of a card, "a card" if it has none.
func CardTitle(content string) string {
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

// maxSend is the largest payload of a Lambda invocation, in bytes.
const maxSend = 6 << 20

// serveSend invokes send with the request body, as a direct invocation of its Lambda
// function does. A function error has the body that Lambda gives it; unlike Lambda's,
// its HTTP status is an error, so that curl -f fails.
func (s *Server) serveSend(w http.ResponseWriter, r *http.Request) {
	payload, ok := readBody(w, r)
	if !ok {
		return
	}
	ctx := lambdacontext.NewContext(r.Context(), &lambdacontext.LambdaContext{AwsRequestID: rand.Text()})
	result, err := s.sender.Lambda(ctx, payload)
	if err == nil {
		WriteJSON(w, http.StatusOK, result)
		return
	}
	failed := functionError(err)
	WriteJSON(w, status(failed.Type), failed)
}

// readBody returns the body of a request. If it cannot be read, or is larger than
// maxSend, readBody answers and returns false.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxSend+1))
	switch {
	case err != nil:
		WriteJSON(w, http.StatusBadRequest, map[string]string{"error": "bad_request"})
		return nil, false
	case len(body) > maxSend:
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, drained))
		WriteJSON(w, http.StatusRequestEntityTooLarge, map[string]string{"error": "too_large"})
		return nil, false
	}
	return body, true
}

// status returns the HTTP status of a function error.
func status(errorType string) int {
	switch errorType {
	case "Lark.Throttled", "Lark.Quota":
		return http.StatusTooManyRequests
	case "Lark.Server", "Lark.Transport":
		return http.StatusBadGateway
	case "errorString":
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}
