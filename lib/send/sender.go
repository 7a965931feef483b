package send

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"larkbridge/lib/bus"
	"larkbridge/lib/lark"
	"larkbridge/lib/store"
)

// Apps finds an app by its name; [store.Settings] does.
type Apps interface {
	App(ctx context.Context, name string) (*lark.App, error)
}

// Claims makes a request the work of one instance and keeps its result;
// [store.Table] does.
type Claims interface {
	Begin(ctx context.Context, key, owner string, lease, keep time.Duration) (store.State, []byte, error)
	Finish(ctx context.Context, key string, result []byte, keep time.Duration) error
	Release(ctx context.Context, key, owner string) error
}

// Sender carries out requests. All fields but DefaultTo and Delay are
// required.
type Sender struct {
	Apps    Apps
	HTTP    lark.HTTP
	Tokens  lark.TokenStore
	Claims  Claims
	Results bus.Publisher
	Blobs   Blobs
	Now     func() time.Time
	Log     *slog.Logger
	// Count counts what an operator wants to be woken for.
	Count func(metric string)
	// DefaultTo is who gets AWS events that name nobody: a chat id, open id,
	// union id, e-mail or user id.
	DefaultTo string
	// Delay puts off the next delivery of a message that goes back to its
	// queue; nil leaves that to the queue.
	Delay Delay

	mu      sync.Mutex
	clients map[string]client
	pace    pace
}

// Times of a request's claim.
const (
	// lease is longer than the function may run.
	lease = 70 * time.Second
	// keep is how long a result answers repetitions: longer than SQS and Lambda
	// go on repeating.
	keep = 24 * time.Hour
)

// client calls Lark with one version of an app's settings.
type client struct {
	app *lark.App
	*lark.Client
}

// job is one request as a source hands it over.
type job struct {
	doc []byte
	// id is the request's idempotency key unless it has its own; "" for none.
	id     string
	source string
	// patient says that the job can come again later.
	patient bool
}

// do carries out one job: once, however often it comes.
func (s *Sender) do(ctx context.Context, j job) Result {
	start := s.Now()
	req, err := parse(j.doc)
	if err != nil {
		return s.finish(ctx, start, j, nil, nil, failed(err))
	}
	r := s.once(ctx, start, j, req)
	r.asOutput = req.OnError == "return"
	return r
}

// once carries out a request, unless it is being carried out or has been.
func (s *Sender) once(ctx context.Context, start time.Time, j job, req *Request) Result {
	if req.IdempotencyKey != "" {
		j.id = req.IdempotencyKey
	}
	p, err := req.plan(uuid(req.App, j.id))
	if err != nil {
		return s.finish(ctx, start, j, req, nil, failed(err))
	}
	if j.id == "" {
		return s.finish(ctx, start, j, req, p, s.run(ctx, j, req, p))
	}
	key, owner := store.SendKey(req.App, j.id), rand.Text()
	state, stored, err := s.Claims.Begin(ctx, key, owner, lease, keep)
	switch {
	case err != nil:
		// Lark still knows a message by its uuid, so it goes out once.
		s.Count("DedupeBypassed")
		s.Log.WarnContext(ctx, "the table cannot be reached", "error", err)
	case state == store.Held:
		return failed(&lark.Error{Kind: lark.KindServer, Retryable: true, Msg: "the same request is being carried out"})
	case state == store.Done:
		return replayed(stored)
	}
	result := s.finish(ctx, start, j, req, p, s.run(ctx, j, req, p))
	s.settle(ctx, key, owner, result)
	return result
}

// settle keeps the result of a request that is done, and frees one that is
// not: its next attempt need not wait for the lease.
func (s *Sender) settle(ctx context.Context, key, owner string, r Result) {
	var err error
	if r.OK {
		err = s.Claims.Finish(ctx, key, r.kept(), keep)
	} else {
		err = s.Claims.Release(ctx, key, owner)
	}
	if err != nil {
		s.Count("MarkFailed")
		s.Log.WarnContext(ctx, "the request's claim is not settled", "error", err)
	}
}

// run makes the calls of a plan, again where that helps.
func (s *Sender) run(ctx context.Context, j job, req *Request, p *plan) Result {
	if err := s.await(ctx, j, req); err != nil {
		return failed(err)
	}
	c, err := s.client(ctx, req.App)
	if err != nil {
		return failed(err)
	}
	tools := &tools{client: c, http: s.HTTP, blobs: s.Blobs, now: s.Now}
	res, err := s.retry(ctx, p, tools)
	if err != nil {
		r := failed(err)
		r.MayRepeat = p.repeats && r.Error.Kind == lark.KindTransport
		return r
	}
	r := succeeded(res)
	r.MayRepeat = p.repeats
	return r
}

// client returns the client of an app, a new one when the settings have
// changed.
func (s *Sender) client(ctx context.Context, name string) (*lark.Client, error) {
	app, err := s.Apps.App(ctx, name)
	switch {
	case errors.Is(err, store.ErrUnknownApp):
		return nil, &lark.Error{Kind: lark.KindValidation, Msg: err.Error()}
	case err != nil:
		return nil, &lark.Error{Kind: lark.KindTransport, Msg: err.Error(), Retryable: true}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.clients[name]
	if !ok || c.app != app {
		if s.clients == nil {
			s.clients = map[string]client{}
		}
		c = client{app, lark.NewClient(app, s.HTTP, s.Tokens, s.Now)}
		s.clients[name] = c
	}
	return c.Client, nil
}

// uuid is what Lark's message API knows a request by, at most 50 characters:
// the same for each attempt. A request without an id gets a new one, so that
// at least its own retries are recognised.
func uuid(app, id string) string {
	if id == "" {
		id = rand.Text()
	}
	sum := sha256.Sum256([]byte(app + "#" + id))
	return hex.EncodeToString(sum[:20])
}

// finish logs the outcome and puts it on the bus.
func (s *Sender) finish(ctx context.Context, start time.Time, j job, req *Request, p *plan, r Result) Result {
	s.logResult(ctx, start, j, req, p, r)
	s.countFailure(r)
	if r.retry() && j.patient {
		return r // it is not over
	}
	if !r.OK {
		s.Count("SendFailed")
	}
	if err := s.report(ctx, j, req, p, r); err != nil {
		s.Count("ResultLost")
		s.Log.ErrorContext(ctx, "the result is not on the bus", "error", err)
		r.unreported = true
	}
	return r
}

// countFailure counts what an operator can do something about.
func (s *Sender) countFailure(r Result) {
	switch {
	case r.Error == nil:
	case r.Error.Kind == lark.KindThrottled:
		s.Count("Throttled")
	case r.Error.Kind == lark.KindAuth:
		s.Count("TokenFailed")
	}
}

func (s *Sender) logResult(ctx context.Context, start time.Time, j job, req *Request, p *plan, r Result) {
	args := []any{"ok", r.OK, "source", j.source, "ms", s.Now().Sub(start).Milliseconds()}
	if req != nil {
		args = append(args, "app", req.App)
	}
	if p != nil {
		args = append(args, "verb", p.verb)
	}
	if r.LogID != "" {
		args = append(args, "log_id", r.LogID)
	}
	level := slog.LevelInfo
	if r.Error != nil {
		level = slog.LevelWarn
		args = append(args, "kind", r.Error.Kind, "code", r.Error.Code, "retryable", r.Error.Retryable, "error", r.Error.Msg)
	}
	s.Log.Log(ctx, level, "send", args...)
}

// report puts a result on the bus, so that workflows can wait for it.
func (s *Sender) report(ctx context.Context, j job, req *Request, p *plan, r Result) error {
	detail := map[string]any{"id": j.id, "source": j.source, "result": r.slim()}
	if req != nil {
		detail["app"] = req.App
	}
	if p != nil {
		detail["verb"], detail["target"] = p.verb, p.target
	}
	doc, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	e := bus.Entry{Source: bus.SendSource, DetailType: "Lark Send Succeeded", Detail: doc}
	if !r.OK {
		e.DetailType = "Lark Send Failed"
	}
	_, err = s.Results.Publish(ctx, e)
	return err
}
