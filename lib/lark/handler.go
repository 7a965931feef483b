package lark

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
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

// Lark waits 3 s for the whole answer.
const (
	eventTimeout = 2500 * time.Millisecond // for the handler of events
	cardTimeout  = 2200 * time.Millisecond // for a [CardHandler]
)

// CallbackHandler serves the request URLs of an app; [Handler] returns one.
type CallbackHandler struct {
	app     *App
	event   func(context.Context, *Event) error
	card    CardHandler
	tickets TicketStore
	log     *slog.Logger
}

// TicketStore keeps the app_tickets of marketplace apps, as [MemoryTokens] does.
type TicketStore interface {
	PutTicket(ctx context.Context, appID string, ticket Secret, issued time.Time) error
}

// Handler returns an HTTP handler for the request URLs of an app, for events and
// for callbacks. It answers url_verification by itself and passes each authentic
// event to handle, which has 2.5 s. When handle returns an error the answer is 503,
// and Lark delivers the event again. An event can come more than once: [Event.Key]
// is the same each time. A click or a link preview is never delivered again, so that
// its answer is {}, which changes nothing, whatever fails. Failures and refused
// requests are logged with [slog.Default].
func Handler(app *App, handle func(context.Context, *Event) error) *CallbackHandler {
	return &CallbackHandler{app: app, event: handle}
}

// WithCards has cards answer clicks and link previews, instead of passing them on
// as events without an answer. cards has 2.2 s. It returns h.
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

// WithLogger logs with log instead of [slog.Default]. It returns h.
func (h *CallbackHandler) WithLogger(log *slog.Logger) *CallbackHandler { h.log = log; return h }

// logger returns the logger that is set, else the default one.
func (h *CallbackHandler) logger() *slog.Logger {
	if h.log == nil {
		return slog.Default()
	}
	return h.log
}

// serve returns the status and the body of the answer to a request.
func (h *CallbackHandler) serve(r *http.Request) (int, []byte) {
	ctx, cancel := context.WithTimeout(r.Context(), eventTimeout)
	defer cancel()
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed, []byte(`{"error":"method_not_allowed"}`)
	}
	cb, err := h.app.ReceiveHTTP(r)
	if err != nil {
		h.logger().WarnContext(ctx, "request refused", "app_id", h.app.AppID, "reason", err)
		return refuse(err)
	}
	body, err := h.answer(ctx, cb)
	if err == nil {
		return http.StatusOK, body
	}
	h.logger().ErrorContext(ctx, "handler failed", "app_id", h.app.AppID, "event_type", cb.Event.Type, "event_id", cb.Event.ID, "log_id", cb.Event.LogID, "error", err)
	if cb.Kind == KindCard {
		return http.StatusOK, []byte("{}")
	}
	return http.StatusServiceUnavailable, []byte(`{"error":"unavailable"}`)
}

// refuse returns the answer to a request that ReceiveHTTP has refused.
func refuse(err error) (int, []byte) {
	switch {
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
		body, _ := json.Marshal(map[string]string{"challenge": cb.Challenge}) // a map of strings always encodes
		return body, nil
	case cb.Kind == KindTicket && h.tickets != nil:
		issued := cb.Event.Time
		if issued.IsZero() {
			issued = time.Now()
		}
		return []byte("{}"), h.tickets.PutTicket(ctx, h.app.AppID, cb.Ticket, issued)
	case cb.Kind == KindCard && h.card != nil:
		ctx, cancel := context.WithTimeout(ctx, cardTimeout)
		defer cancel()
		reply, err := AnswerClick(ctx, h.card, NewClick(h.app.Name, cb.Event))
		if err != nil {
			return nil, err
		}
		return reply.Encode(cb.OldCard)
	}
	return []byte("{}"), h.event(ctx, cb.Event)
}

// AnswerClick calls a handler and returns its reply, which is never nil without an
// error. It does not wait longer than ctx, even if the handler does, and a panic of
// the handler is an error.
func AnswerClick(ctx context.Context, handler CardHandler, click *Click) (*CardReply, error) {
	type answer struct {
		reply *CardReply
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil {
				a.err = fmt.Errorf("the handler panicked: %v", p)
			}
			done <- a
		}()
		a.reply, a.err = handler.HandleCard(ctx, click)
	}()
	select {
	case a := <-done:
		if a.reply == nil {
			a.reply = &CardReply{}
		}
		return a.reply, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("the handler has not answered in time: %w", ctx.Err())
	}
}
