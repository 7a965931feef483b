package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
)

// Result is the result of a request, which the log shows under the key outcome.
type Result string

// The results of events.
const (
	Published    Result = "published"     // the event is on the bus
	Duplicate    Result = "duplicate"     // an earlier delivery was published or answered
	Held         Result = "held"          // another instance is publishing it, and Lark is to deliver it once more
	NotPublished Result = "not published" // EventBridge did not take it
	NoTable      Result = "no table"      // the table cannot be reached, and FailClosed is set
)

// The results of clicks on cards and of link previews.
const (
	Answered  Result = "answered"   // by the card handler
	NoHandler Result = "no handler" // the app has none
	Fallback  Result = "fallback"   // the card handler failed or was late
)

// The results of other callbacks.
const (
	Challenge       Result = "challenge"         // a url_verification
	Ticket          Result = "ticket"            // an app_ticket
	TicketNotStored Result = "ticket not stored" // an app_ticket that Lark is to deliver again
)

// The results of requests that are not callbacks of an app.
const (
	Refused    Result = "refused"      // not authentic, or not a callback at all
	Unreadable Result = "unreadable"   // authentic, but not to be decrypted or read
	UnknownApp Result = "unknown app"  // there are no settings under the app's name
	NoSettings Result = "no settings"  // the app's settings cannot be read, or are wrong
	NoSuchPath Result = "no such path" // neither /event nor /card
	NotPost    Result = "not a POST"
	TooLarge   Result = "too large" // a body over 1 MiB
)

// Outcome describes how a request was handled. Of what came from outside it has only the app's
// name in the path if that is valid, the names of an authentic event, and a log id that
// can do no harm.
type Outcome struct {
	metric.Record
	Start    time.Time
	Duration time.Duration
	Status   int         // of the reply
	Result   Result      // what happened
	Err      error       // of what failed, nil if nothing did
	LogID    string      // Lark's, "" for none
	Event    *lark.Event // read-only; nil when no authentic event came
	BusID    string      // of the event's entry on the bus, "" when there is none
	Phases   []Phase
}

// Phase is the duration of one phase of a request.
type Phase struct {
	Name string // settings, claim, publish, handler or mark
	time.Duration
}

// Observer is called with the outcome of each request. It must be safe for
// concurrent use.
type Observer func(ctx context.Context, o Outcome)

// Count returns an observer that calls count with each metric of an outcome and the name
// of the app; [metric.Counter.Count] counts.
func Count(count func(name metric.Name, app string)) Observer {
	return func(_ context.Context, o Outcome) { o.CountWith(count) }
}

// Log returns an observer that writes one line for each request, and one for
// each problem.
func Log(log *slog.Logger) Observer {
	return func(ctx context.Context, o Outcome) {
		o.LogProblems(ctx, log, o.eventID()...)
		log.Log(ctx, o.level(), "request", o.attrs()...)
	}
}

// level returns ERROR when Lark was asked to deliver the event again, WARN when
// something else failed, and else INFO.
func (o Outcome) level() slog.Level {
	switch {
	case o.Status == http.StatusServiceUnavailable:
		return slog.LevelError
	case o.Err != nil:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// eventID returns the attribute that names the event, none if there is no event.
func (o Outcome) eventID() []any {
	if o.Event == nil {
		return nil
	}
	return []any{"event_id", o.Event.ID}
}

// attrs returns the attributes of the request's line.
func (o Outcome) attrs() []any {
	attrs := []any{"outcome", o.Result, "status", o.Status, "ms", o.Duration.Milliseconds()}
	if o.App != "" {
		attrs = append(attrs, "app", o.App)
	}
	if o.LogID != "" {
		attrs = append(attrs, "log_id", o.LogID)
	}
	if ev := o.Event; ev != nil {
		attrs = append(append(attrs, o.eventID()...), "type", ev.Type, "app_id", ev.AppID, "tenant_key", ev.TenantKey)
		if !ev.Time.IsZero() {
			attrs = append(attrs, "age_ms", o.Start.Sub(ev.Time).Milliseconds())
		}
	}
	if o.BusID != "" {
		attrs = append(attrs, "bus_id", o.BusID)
	}
	for _, p := range o.Phases {
		attrs = append(attrs, p.Name+"_ms", p.Milliseconds())
	}
	if o.Err != nil {
		attrs = append(attrs, "error", o.Err)
	}
	return attrs
}
