package send

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// errand is a job while it is carried out.
type errand struct {
	job
	start time.Time
	req   *Request // nil when it cannot be read
	plan  *plan    // nil when it cannot be carried out

	called bool
	lark   time.Duration // in calls to Lark, with their tokens and files
	waited time.Duration // until it was due, for its turn, and between calls
}

// cause is what the request says that it belongs to.
func (e *errand) cause() cause {
	if e.req == nil {
		return cause{}
	}
	return e.req.cause()
}

// maxID is as much of an errand's id as a log line has.
const maxID = 128

// logResult writes the one line of a request.
func (s *Sender) logResult(ctx context.Context, e *errand, r Result) {
	args := []any{"ok", r.OK, "source", e.source, "ms", s.Now().Sub(e.start).Milliseconds()}
	if e.called {
		args = append(args, "lark_ms", e.lark.Milliseconds())
	}
	if wait := e.waited.Milliseconds(); wait > 0 {
		args = append(args, "wait_ms", wait)
	}
	if e.id != "" {
		args = append(args, "id", lark.Truncate(e.id, maxID))
	}
	if e.req != nil {
		args = append(args, "app", e.req.App)
	}
	if e.plan != nil {
		args = append(args, "verb", e.plan.verb)
	}
	for name, id := range e.cause().ids() {
		args = append(args, name, id)
	}
	if r.LogID != "" {
		args = append(args, "log_id", r.LogID)
	}
	if r.Replayed {
		args = append(args, "replayed", true)
	}
	level := slog.LevelInfo
	if r.Error != nil {
		level = slog.LevelWarn
		args = append(args, "kind", r.Error.Kind, "code", r.Error.Code, "retryable", r.Error.Retryable, "error", r.Error.Msg)
	}
	s.Log.Log(ctx, level, "send", args...)
}

// report puts a result on the bus, so that workflows can wait for it.
func (s *Sender) report(ctx context.Context, e *errand, r Result) error {
	detail := map[string]any{"id": e.id, "source": e.source, "result": r.slim()}
	if e.req != nil {
		detail["app"] = e.req.App
	}
	if e.plan != nil {
		detail["verb"], detail["target"] = e.plan.verb, e.plan.target
	}
	for name, id := range e.cause().ids() {
		detail[name] = id
	}
	doc, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	entry := bus.Entry{Source: bus.SendSource, DetailType: "Lark Send Succeeded", Detail: doc}
	if !r.OK {
		entry.DetailType = "Lark Send Failed"
	}
	_, err = s.Results.Publish(ctx, entry)
	return err
}
