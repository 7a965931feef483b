package lark

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// ErrTooLarge is the error of [App.ReceiveHTTP] for a body over [MaxBody].
var ErrTooLarge = errors.New("the request is too large")

// ReceiveHTTP reads a request that Lark posts, authenticates it and decodes it, as
// [App.Receive] does.
func (a *App) ReceiveHTTP(r *http.Request) (*Callback, error) {
	// One byte more than is allowed is enough to know that it is too much.
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return nil, fmt.Errorf("%w: reading the body: %w", ErrBadRequest, err)
	}
	if len(body) > MaxBody {
		return nil, ErrTooLarge
	}
	return a.Receive(Delivery{Header: r.Header, Body: body}, time.Now())
}

// answerTimeout is the time for a handler: Lark waits 3 s for the whole answer.
const answerTimeout = 2500 * time.Millisecond

// CallbackHandler serves the request URLs of an app; [Handler] returns one.
type CallbackHandler struct {
	app     *App
	event   func(context.Context, *Event) error
	card    CardHandler
	tickets TicketStore
}

// TicketStore keeps the app_tickets of marketplace apps, as [MemoryTokens] does.
type TicketStore interface {
	PutTicket(ctx context.Context, appID string, ticket Secret, issued time.Time) error
}

// Handler returns an HTTP handler for the request URLs of an app, for events and
// for callbacks. It answers url_verification by itself and passes each authentic
// event to handle, which has 2.5 s. When handle returns an error the answer is 503,
// and Lark delivers the event again. An event can come more than once: [Event.Key]
// is the same each time.
func Handler(app *App, handle func(context.Context, *Event) error) *CallbackHandler {
	return &CallbackHandler{app: app, event: handle}
}

// WithCards has cards answer clicks and link previews, instead of passing them on
// as events without an answer. It returns h.
func (h *CallbackHandler) WithCards(cards CardHandler) *CallbackHandler { h.card = cards; return h }

// WithTickets stores each app_ticket in tickets, instead of passing it on as an
// event. It returns h.
func (h *CallbackHandler) WithTickets(tickets TicketStore) *CallbackHandler {
	h.tickets = tickets
	return h
}

// ServeHTTP implements [http.Handler].
func (h *CallbackHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body := h.serve(r)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // Lark delivers again what it does not get
}

func (h *CallbackHandler) serve(r *http.Request) (int, []byte) {
	ctx, cancel := context.WithTimeout(r.Context(), answerTimeout)
	defer cancel()
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed, []byte(`{"error":"method_not_allowed"}`)
	}
	cb, err := h.app.ReceiveHTTP(r)
	var body []byte
	if err == nil {
		body, err = h.answer(ctx, cb)
	}
	switch {
	case err == nil:
		return http.StatusOK, body
	case cb != nil:
		return http.StatusServiceUnavailable, []byte(`{"error":"unavailable"}`)
	case errors.Is(err, ErrTooLarge):
		return http.StatusRequestEntityTooLarge, []byte(`{"error":"too_large"}`)
	case errors.Is(err, ErrUnauthorized):
		return http.StatusUnauthorized, []byte(`{"error":"unauthorized"}`)
	}
	return http.StatusBadRequest, []byte(`{"error":"bad_request"}`)
}

// answer returns the body that answers an authentic request.
func (h *CallbackHandler) answer(ctx context.Context, cb *Callback) ([]byte, error) {
	switch {
	case cb.Kind == KindChallenge:
		return json.Marshal(map[string]string{"challenge": cb.Challenge})
	case cb.Kind == KindTicket && h.tickets != nil:
		issued := cb.Event.Time
		if issued.IsZero() {
			issued = time.Now()
		}
		return []byte("{}"), h.tickets.PutTicket(ctx, h.app.AppID, cb.Ticket, issued)
	case cb.Kind == KindCard && h.card != nil:
		reply, err := h.card.HandleCard(ctx, NewClick(h.app.Name, cb.Event))
		if err != nil {
			return nil, err
		}
		if reply == nil {
			reply = &CardReply{}
		}
		return reply.Encode(cb.OldCard)
	}
	return []byte("{}"), h.event(ctx, cb.Event)
}
