package send

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Apps finds an app by its name; [store.Settings] does.
type Apps interface {
	App(ctx context.Context, name string) (*store.App, error)
}

// Claims makes a request the work of one instance and keeps its result;
// [store.Table] does.
type Claims interface {
	Claim(ctx context.Context, key, owner string, lease, ttl time.Duration) (state store.State, result []byte, err error)
	Complete(ctx context.Context, key string, result []byte, ttl time.Duration) error
	Release(ctx context.Context, key, owner string) error
}

// Sender carries out requests. All fields but DefaultTo and Delay are
// required.
type Sender struct {
	Apps    Apps
	HTTP    lark.HTTPDoer
	Tokens  lark.TokenStore
	Claims  Claims
	Results bus.Publisher
	Blobs   Blobs
	Now     func() time.Time
	Log     *slog.Logger
	// Count counts what an operator wants to be woken for.
	Count func(metric.Name)
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
	app *store.App
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
	// function is the ARN of the function that this is, "" outside Lambda.
	function string
}

// do carries out one job: once, however often it comes.
func (s *Sender) do(ctx context.Context, j job) Result {
	e := &errand{job: j, start: s.Now()}
	req, err := parse(j.doc)
	if err != nil {
		return s.finish(ctx, e, failed(err))
	}
	e.req = req
	if req.IdempotencyKey != "" {
		e.id = req.IdempotencyKey
	}
	r := s.once(ctx, e)
	r.asOutput = req.OnError == "return"
	return r
}

// once carries out a request, unless it is being carried out or has been.
func (s *Sender) once(ctx context.Context, e *errand) Result {
	var err error
	if e.plan, err = e.req.plan(uuid(e.req.App, e.id)); err != nil {
		return s.finish(ctx, e, failed(err))
	}
	if e.id == "" {
		return s.finish(ctx, e, s.run(ctx, e))
	}
	key, owner := store.SendKey(e.req.App, e.id), rand.Text()
	state, stored, err := s.Claims.Claim(ctx, key, owner, lease, keep)
	switch {
	case err != nil:
		// Lark still knows a message by its uuid, so it goes out once.
		s.Count(metric.DedupeBypassed)
		s.Log.WarnContext(ctx, "the table cannot be reached", "error", err)
	case state == store.InProgress:
		result := failed(&lark.Error{Kind: lark.KindServer, Retryable: true, Msg: "the same request is being carried out"})
		s.logResult(ctx, e, result)
		return result
	case state == store.Completed:
		result := replayed(stored)
		s.logResult(ctx, e, result)
		return result
	}
	result := s.finish(ctx, e, s.run(ctx, e))
	s.settle(ctx, key, owner, result)
	return result
}

// settle keeps the result of a request that is done, and frees one that is
// not: its next attempt need not wait for the lease.
func (s *Sender) settle(ctx context.Context, key, owner string, r Result) {
	var err error
	if r.OK {
		err = s.Claims.Complete(ctx, key, r.kept(), keep)
	} else {
		err = s.Claims.Release(ctx, key, owner)
	}
	if err != nil {
		s.Count(metric.MarkFailed)
		s.Log.WarnContext(ctx, "the request's claim is not settled", "error", err)
	}
}

// run makes the calls of a plan, again where that helps.
func (s *Sender) run(ctx context.Context, e *errand) Result {
	if err := s.await(ctx, e); err != nil {
		return failed(err)
	}
	c, err := s.client(ctx, e.req.App)
	if err != nil {
		return failed(err)
	}
	tools := &tools{client: c, http: s.HTTP, blobs: s.Blobs, now: s.Now}
	res, err := s.retry(ctx, e, tools)
	if err != nil {
		r := failed(err)
		r.MayRepeat = e.plan.repeats && r.Error.Kind == lark.KindTransport
		return r
	}
	r := succeeded(res)
	r.MayRepeat = e.plan.repeats
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
		c = client{app, lark.NewClient(app.App, lark.WithHTTPClient(s.HTTP), lark.WithTokenStore(s.Tokens), lark.WithClock(s.Now), lark.WithLogger(s.Log))}
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
func (s *Sender) finish(ctx context.Context, e *errand, r Result) Result {
	s.logResult(ctx, e, r)
	s.countFailure(r)
	if r.retry() && e.patient {
		return r // it is not over
	}
	if !r.OK {
		s.Count(metric.SendFailed)
	}
	if err := s.report(ctx, e, r); err != nil {
		s.Count(metric.ResultLost)
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
		s.Count(metric.Throttled)
	case r.Error.Kind == lark.KindAuth:
		s.Count(metric.TokenFailed)
	}
}
