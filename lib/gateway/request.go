package gateway

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/store"
)

// request holds the state of one inbound HTTP request: its outcome so far, and
// how long each phase took.
type request struct {
	gateway *Gateway
	header  lark.Header
	outcome Outcome

	settings, claiming, publishing, handling, completing phase
}

func (r *request) serve(ctx context.Context, req Request) Reply {
	name, ok := appName(req)
	if ok {
		r.outcome.App = name
	}
	switch {
	case !ok:
		return r.refuse(http.StatusNotFound, NoSuchPath, nil)
	case req.Method != http.MethodPost:
		return r.refuse(http.StatusMethodNotAllowed, NotPost, nil)
	case len(req.Body) > lark.MaxBody:
		return r.refuse(http.StatusRequestEntityTooLarge, TooLarge, nil)
	}
	app, cb, err := r.receive(ctx, lark.Delivery{Header: req.Header, Body: req.Body})
	switch {
	case err == nil:
		return r.handle(ctx, app, cb)
	case errors.Is(err, lark.ErrUnauthorized):
		r.outcome.Add(metric.Refused)
		return r.refuse(http.StatusUnauthorized, Refused, err)
	case errors.Is(err, lark.ErrUnreadable):
		r.outcome.Add(metric.Unreadable)
		return r.refuse(http.StatusBadRequest, Unreadable, err)
	case errors.Is(err, lark.ErrBadRequest):
		return r.refuse(http.StatusBadRequest, Refused, err)
	case errors.Is(err, store.ErrUnknownApp):
		return r.refuse(http.StatusNotFound, UnknownApp, err)
	}
	return r.refuse(http.StatusServiceUnavailable, NoSettings, err)
}

// appName returns the name of the app that a request is for, and reports whether the
// path is one of the gateway's. Such a path has a segment event or card. The app is the
// parameter of the route or, without one, the segment after the last such segment. So
// the mapping key of a custom domain, a stage and a slash at the end do no harm.
func appName(req Request) (string, bool) {
	segments := strings.Split(strings.TrimSuffix(strings.TrimPrefix(req.Path, "/"), "/"), "/")
	last := len(segments) - 1
	for last >= 0 && segments[last] != "event" && segments[last] != "card" {
		last--
	}
	if last < 0 || slices.Contains(segments, "") {
		return "", false
	}
	if req.App != "" {
		return req.App, store.IsAppName(req.App)
	}
	switch after := segments[last+1:]; len(after) {
	case 0:
		return lark.DefaultApp, true
	case 1:
		return after[0], store.IsAppName(after[0])
	}
	return "", false
}

// receive authenticates the request with the app's settings. If that fails, it reads the
// settings again and authenticates once more, because a key may have been rotated.
func (r *request) receive(ctx context.Context, delivery lark.Delivery) (*store.App, *lark.Callback, error) {
	for second := false; ; second = true {
		start := r.gateway.Now()
		app, err := r.gateway.Apps.App(ctx, r.outcome.App)
		r.observe(&r.settings, start)
		if err != nil {
			return nil, nil, err
		}
		cb, err := app.Receive(delivery, r.outcome.Start)
		if second || !errors.Is(err, lark.ErrUnauthorized) || !r.refresh(ctx) {
			return app, cb, err
		}
	}
}

func (r *request) refresh(ctx context.Context) bool {
	defer r.observe(&r.settings, r.gateway.Now())
	return r.gateway.Apps.Refresh(ctx, r.outcome.App)
}

// handle handles an authentic callback by its kind.
func (r *request) handle(ctx context.Context, app *store.App, cb *lark.Callback) Reply {
	if ev := cb.Event; ev != nil {
		ev.TraceID = traceID(ctx, ev.LogID)
		r.outcome.Event = ev
	}
	switch cb.Kind {
	case lark.KindChallenge:
		r.outcome.Result = Challenge
		return challenge(cb.Challenge)
	case lark.KindTicket:
		return r.storeTicket(ctx, app, cb)
	case lark.KindCard:
		return r.answerCard(ctx, app, cb)
	}
	if !r.publish(ctx, app) {
		return refusal(http.StatusServiceUnavailable)
	}
	return accepted()
}

// traceID returns the id under which logs show everything that is done because of an
// event. It is Lark's log id, so that Lark's support can be asked about it, or else the
// id of the invocation or, outside of Lambda, a new one.
func traceID(ctx context.Context, logID string) string {
	if logID != "" {
		return logID
	}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return rand.Text()
}

// errTicket is the problem of an app_ticket for a custom app.
var errTicket = errors.New(`Lark sends tickets to marketplace apps only: set the field "type" of the app's settings to "marketplace"`)

// storeTicket stores an app_ticket of a marketplace app. The ticket is a secret, so that
// it is never published.
func (r *request) storeTicket(ctx context.Context, app *store.App, cb *lark.Callback) Reply {
	r.outcome.Result = Ticket
	if app.Type != lark.Marketplace {
		r.outcome.Problems = append(r.outcome.Problems, metric.Problem{Message: "an app_ticket for a custom app is not stored", Err: errTicket})
		return accepted()
	}
	if cb.Ticket == "" {
		return accepted()
	}
	issued := cb.Event.Time
	if issued.IsZero() {
		issued = r.outcome.Start
	}
	if err := r.gateway.Tickets.PutTicket(ctx, app.AppID, cb.Ticket, issued); err != nil {
		return r.refuse(http.StatusServiceUnavailable, TicketNotStored, err)
	}
	r.outcome.Add(metric.TicketStored)
	return accepted()
}

func (r *request) refuse(status int, result Result, err error) Reply {
	r.outcome.Result, r.outcome.Err = result, err
	return refusal(status)
}

// finish completes the outcome and calls the observers with it.
func (r *request) finish(ctx context.Context, status int) {
	o := &r.outcome
	o.Status, o.Duration, o.Phases = status, r.gateway.Now().Sub(o.Start), r.timings()
	o.LogID = lark.LogID(r.header)
	if o.Event != nil {
		o.LogID = o.Event.LogID
	}
	for _, observe := range r.gateway.Observers {
		observe(ctx, *o)
	}
}

// phase is how long a phase of a request took.
type phase struct {
	time.Duration
	done bool // whether it took place
}

// observe adds the time since start to a phase.
func (r *request) observe(p *phase, start time.Time) {
	p.Duration += r.gateway.Now().Sub(start)
	p.done = true
}

// timings returns the durations of the phases that took place. Reading the settings is a
// phase only if it took a millisecond, because most requests find them in the cache.
func (r *request) timings() []Phase {
	settings := phase{r.settings.Duration, r.settings.Milliseconds() > 0}
	var phases []Phase
	for _, p := range []struct {
		name string
		phase
	}{
		{"settings", settings}, {"claim", r.claiming}, {"publish", r.publishing}, {"handler", r.handling}, {"mark", r.completing},
	} {
		if p.done {
			phases = append(phases, Phase{p.name, p.Duration})
		}
	}
	return phases
}
