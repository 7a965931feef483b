package lark_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

func TestHandler(t *testing.T) {
	app := testApp()
	challenge := []byte(`{"type":"url_verification","challenge":"<c>","token":"` + larktest.VerificationToken + `"}`)
	cards := lark.CardHandlerFunc(func(_ context.Context, click *lark.Click) (*lark.CardReply, error) {
		if click.Type == lark.TypeURLPreview {
			return nil, errors.New("no preview")
		}
		return &lark.CardReply{Toast: &lark.Toast{Content: "seen"}}, nil
	})
	forged := app.Sign(payload(t, "im.message.receive_v1"), time.Now())
	forged.Body[40] ^= 1
	tickets := lark.NewMemoryTokens(time.Now)
	handled := func(err error) (*lark.CallbackHandler, *[]string) {
		var types []string
		return lark.Handler(app, func(_ context.Context, ev *lark.Event) error {
			types = append(types, ev.Type)
			return err
		}).WithLogger(slog.New(slog.DiscardHandler)), &types
	}
	for _, tt := range []struct {
		name   string
		err    error
		change func(*lark.CallbackHandler)
		method string
		req    lark.Delivery
		status int
		body   string
		event  string
	}{
		{"an event", nil, nil, "POST", app.Sign(payload(t, "im.message.receive_v1"), time.Now()), 200, `{}`, "im.message.receive_v1"},
		{"the handler fails", errors.New("down"), nil, "POST", app.Sign(payload(t, "app_open"), time.Now()), 503, `{"error":"unavailable"}`, "app_open"},
		{"a challenge", nil, nil, "POST", app.Sign(challenge, time.Now()), 200, `{"challenge":"\u003cc\u003e"}`, ""},
		{"a click without a card handler", nil, nil, "POST", app.Sign(payload(t, "card.action.trigger"), time.Now()), 200, `{}`, "card.action.trigger"},
		{"a click", nil, func(h *lark.CallbackHandler) { h.WithCards(cards) }, "POST", app.Sign(payload(t, "card.action.trigger"), time.Now()), 200, `{"toast":{"content":"seen"}}`, ""},
		{"a click in the old style", nil, func(h *lark.CallbackHandler) { h.WithCards(cards) }, "POST", app.Sign(payload(t, "card.action.trigger_v1"), time.Now()), 200, `{"toast":{"content":"seen"}}`, ""},
		{"the card handler fails", nil, func(h *lark.CallbackHandler) { h.WithCards(cards) }, "POST", app.Sign(payload(t, "url.preview.get"), time.Now()), 200, `{}`, ""},
		{"a click that is passed on, and the handler fails", errors.New("down"), nil, "POST", app.Sign(payload(t, "card.action.trigger"), time.Now()), 200, `{}`, "card.action.trigger"},
		{"an app_ticket", nil, func(h *lark.CallbackHandler) { h.WithTickets(tickets) }, "POST", app.Sign(payload(t, "app_ticket"), time.Now()), 200, `{}`, ""},
		{"a forged event", nil, nil, "POST", forged, 401, `{"error":"unauthorized"}`, ""},
		{"no Lark request", nil, nil, "POST", lark.Delivery{Body: []byte("hello")}, 400, `{"error":"bad_request"}`, ""},
		{"as large as can be", nil, nil, "POST", lark.Delivery{Body: make([]byte, 1<<20)}, 401, `{"error":"unauthorized"}`, ""},
		{"too large", nil, nil, "POST", lark.Delivery{Body: make([]byte, 1<<20+1)}, 413, `{"error":"too_large"}`, ""},
		{"a GET", nil, nil, "GET", lark.Delivery{}, 405, `{"error":"method_not_allowed"}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, types := handled(tt.err)
			if tt.change != nil {
				tt.change(h)
			}
			req, err := tt.req.NewRequest(t.Context(), "http://localhost/event")
			if err != nil {
				t.Fatal(err)
			}
			req.Method = tt.method
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, req)
			if rec.Code != tt.status || rec.Body.String() != tt.body || !strings.HasPrefix(rec.Header().Get("Content-Type"), "application/json") {
				t.Errorf("got %d %s, want %d %s", rec.Code, rec.Body, tt.status, tt.body)
			}
			if got := strings.Join(*types, " "); got != tt.event {
				t.Errorf("got the events %q, want %q", got, tt.event)
			}
		})
	}
	if got, err := tickets.Ticket(t.Context(), larktest.AppID); got == "" || err != nil {
		t.Errorf("got the app_ticket %q, %v; want it stored", got, err)
	}
}

// The handler of events has 2.5 s.
func TestHandlerOfEventsHasADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app, start := testApp(), time.Now()
		var left time.Duration
		h := lark.Handler(app, func(ctx context.Context, _ *lark.Event) error {
			end, _ := ctx.Deadline()
			left = end.Sub(start)
			return nil
		})
		req, err := app.Sign(payload(t, "app_open"), start).NewRequest(t.Context(), "http://localhost/event")
		if err != nil {
			t.Fatal(err)
		}
		h.ServeHTTP(httptest.NewRecorder(), req)
		if left != 2500*time.Millisecond {
			t.Errorf("got %v, want 2.5s", left)
		}
	})
}

// Whatever a card handler does, the chat shows no error page: a failure is logged,
// and the answer changes nothing.
func TestHandlerOfClicksFails(t *testing.T) {
	for name, tt := range map[string]struct {
		handle lark.CardHandlerFunc
		logged string
		after  time.Duration
	}{
		"an error": {func(context.Context, *lark.Click) (*lark.CardReply, error) { return nil, errors.New("no database") }, "no database", 0},
		"a panic":  {func(context.Context, *lark.Click) (*lark.CardReply, error) { panic("no map") }, "panicked: no map", 0},
		"a reply that Lark refuses": {func(context.Context, *lark.Click) (*lark.CardReply, error) {
			return &lark.CardReply{Toast: &lark.Toast{Type: "alarm"}}, nil
		}, "toast.type", 0},
		"no answer": {func(context.Context, *lark.Click) (*lark.CardReply, error) {
			time.Sleep(time.Minute)
			return nil, nil
		}, "not answered in time", 2200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log strings.Builder
				app := testApp()
				h := lark.Handler(app, nil).WithCards(tt.handle).WithLogger(slog.New(slog.NewTextHandler(&log, nil)))
				req, err := app.Sign(payload(t, "card.action.trigger"), time.Now()).NewRequest(t.Context(), "http://localhost/card")
				if err != nil {
					t.Fatal(err)
				}
				rec, start := httptest.NewRecorder(), time.Now()
				h.ServeHTTP(rec, req)
				if rec.Code != 200 || rec.Body.String() != "{}" || time.Since(start) != tt.after {
					t.Errorf("got %d %s after %v, want 200 {} after %v", rec.Code, rec.Body, time.Since(start), tt.after)
				}
				if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), tt.logged) {
					t.Errorf("got the log %q, want an ERROR with %q", &log, tt.logged)
				}
				time.Sleep(time.Minute) // of the bubble: the handler that does not answer ends
			})
		})
	}
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, http.ErrBodyReadAfterClose }

func TestReceiveHTTPBrokenBody(t *testing.T) {
	if _, err := testApp().ReceiveHTTP(httptest.NewRequest("POST", "/event", brokenBody{})); !errors.Is(err, lark.ErrBadRequest) {
		t.Errorf("got %v, want %v", err, lark.ErrBadRequest)
	}
}
