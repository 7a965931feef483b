package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// visit is one request on its way.
type visit struct {
	gateway *Gateway
	start   time.Time
	header  lark.Header
	app     string // its name, once the path is read
	event   *lark.Event
	outcome string
	busID   string
	err     error

	settings, claiming, publishing, handling, marking part
}

func (v *visit) serve(ctx context.Context, req Request) Reply {
	name, ok := appName(req.Path)
	v.app = name
	switch {
	case !ok:
		return v.refuse(http.StatusNotFound, "no such path", nil)
	case req.Method != http.MethodPost:
		return v.refuse(http.StatusMethodNotAllowed, "not a POST", nil)
	case len(req.Body) > lark.MaxBody:
		return v.refuse(http.StatusRequestEntityTooLarge, "too large", nil)
	}
	app, cb, err := v.receive(ctx, lark.Delivery{Header: req.Header, Body: req.Body})
	switch {
	case err == nil:
		return v.handle(ctx, app, cb)
	case errors.Is(err, lark.ErrUnauthorized):
		v.gateway.Count("Refused")
		return v.refuse(http.StatusUnauthorized, "refused", err)
	case errors.Is(err, lark.ErrBadRequest):
		return v.refuse(http.StatusBadRequest, "refused", err)
	case errors.Is(err, store.ErrUnknownApp):
		return v.refuse(http.StatusNotFound, "unknown app", err)
	}
	return v.refuse(http.StatusServiceUnavailable, "no settings", err)
}

// appName reads /event[/{app}] and /card[/{app}].
func appName(path string) (string, bool) {
	door, name, named := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !named {
		name = lark.DefaultApp
	}
	return name, (door == "event" || door == "card") && strings.HasPrefix(path, "/") && lark.ValidAppName(name)
}

// receive authenticates with the app's settings and, when that fails, once
// more with the settings read anew: they may have been rotated.
func (v *visit) receive(ctx context.Context, req lark.Delivery) (*store.App, *lark.Callback, error) {
	apps := v.gateway.Apps
	for second := false; ; second = true {
		start := v.gateway.Now()
		app, err := apps.App(ctx, v.app)
		v.took(&v.settings, start)
		if err != nil {
			return nil, nil, err
		}
		cb, err := app.Receive(req, v.start)
		if second || !errors.Is(err, lark.ErrUnauthorized) || !v.refresh(ctx) {
			return app, cb, err
		}
	}
}

func (v *visit) refresh(ctx context.Context) bool {
	defer v.took(&v.settings, v.gateway.Now())
	return v.gateway.Apps.Refresh(ctx)
}

func (v *visit) handle(ctx context.Context, app *store.App, cb *lark.Callback) Reply {
	if v.event = cb.Event; v.event != nil {
		v.event.TraceID = traceID(ctx, v.event.LogID)
	}
	switch cb.Kind {
	case lark.KindChallenge:
		v.outcome = "challenge"
		return challenge(cb.Challenge)
	case lark.KindTicket:
		return v.keepTicket(ctx, app, cb)
	case lark.KindCard:
		return v.answerCard(ctx, app, cb)
	}
	if !v.publish(ctx, app) {
		return refuse(http.StatusServiceUnavailable)
	}
	return accepted()
}

// keepTicket stores an app_ticket. It is a secret, so it never goes on the
// bus. Custom apps have no use for one.
func (v *visit) keepTicket(ctx context.Context, app *store.App, cb *lark.Callback) Reply {
	v.outcome = "ticket"
	if app.Type != lark.Marketplace || cb.Ticket == "" {
		return accepted()
	}
	issued := cb.Event.Time
	if issued.IsZero() {
		issued = v.start
	}
	if err := v.gateway.Tickets.PutTicket(ctx, app.AppID, cb.Ticket, issued); err != nil {
		return v.refuse(http.StatusServiceUnavailable, "ticket not stored", err)
	}
	v.gateway.CountApp("TicketStored", app.Name)
	return accepted()
}

// logID is the event's, or what came with a request that is none.
func (v *visit) logID() string {
	if v.event != nil {
		return v.event.LogID
	}
	return lark.LogID(v.header)
}

func (v *visit) refuse(status int, outcome string, err error) Reply {
	v.outcome, v.err = outcome, err
	return refuse(status)
}

// log writes the one line of a request. Of what came from outside it holds
// only the names of an authentic event, and a log id that can do no harm.
func (v *visit) log(ctx context.Context, status int) {
	args := []any{"outcome", v.outcome, "status", status, "ms", v.gateway.Now().Sub(v.start).Milliseconds()}
	if v.app != "" && lark.ValidAppName(v.app) {
		args = append(args, "app", v.app)
	}
	if id := v.logID(); id != "" {
		args = append(args, "log_id", id)
	}
	if ev := v.event; ev != nil {
		args = append(args, "type", ev.Type, "event_id", ev.ID, "app_id", ev.AppID, "tenant_key", ev.TenantKey)
		if !ev.Time.IsZero() {
			args = append(args, "age_ms", v.start.Sub(ev.Time).Milliseconds())
		}
	}
	if v.busID != "" {
		args = append(args, "bus_id", v.busID)
	}
	args = append(args, v.parts()...)
	level := slog.LevelInfo
	if v.err != nil {
		args = append(args, "error", v.err)
		level = slog.LevelWarn
	}
	if status == http.StatusServiceUnavailable {
		level = slog.LevelError
	}
	v.gateway.Log.Log(ctx, level, "request", args...)
}
