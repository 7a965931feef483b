// Package send carries out what AWS hands over: it reads a payload as requests
// ([request.Request]), makes their calls to Lark, each once and in order, and
// returns and reports the results.
package send

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/larkbridge/larkbridge/internal/wait"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/send/request"
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

// Sender carries out requests. DefaultTo, Delay and Observers are optional, all
// other fields are required.
type Sender struct {
	Apps    Apps
	HTTP    lark.HTTPDoer
	Tokens  lark.TokenStore
	Claims  Claims
	Results bus.Publisher
	Blobs   request.Blobs
	// Bucket is the stack's own bucket, of which requests use files/ only.
	Bucket string
	Now    func() time.Time
	Log    *slog.Logger // of what concerns no single request
	// DefaultTo receives the notices, which name no receiver: a chat id, open id,
	// union id, e-mail address or user id.
	DefaultTo string
	// Delay puts off the next delivery of a message that goes back to its
	// queue; nil leaves that to the queue.
	Delay Delay
	// Observers are called with the outcome of each request; [Log] and [Count]
	// return those of the function.
	Observers []Observer

	mu            sync.Mutex
	clients       map[string]client
	pace          pace
	storeFailures atomic.Int64 // of tokens, since the last outcome
}

// Durations of a request's claim.
const (
	// claimLease is longer than the function may run.
	claimLease = 70 * time.Second
	// resultTTL is how long a result answers repetitions: as long as a message
	// can be in a queue and then in its dead-letter queue, and be put back.
	resultTTL = 15 * 24 * time.Hour
)

// client calls Lark with one version of an app's settings.
type client struct {
	app *store.App
	*lark.Client
}

// execution is a job while it is carried out.
type execution struct {
	job
	start    time.Time
	plan     *request.Plan // nil if the request cannot be carried out
	called   bool
	lark     time.Duration // in calls to Lark, with their tokens and files
	waited   time.Duration // until it was due, for its turn, and between calls
	problems []Problem
}

// Send carries out one request for a caller who waits. id identifies the
// request if it has no idempotency key of its own: a repetition is answered
// with the first result. An empty id makes every call a new request.
func (s *Sender) Send(ctx context.Context, id string, req *request.Request) Result {
	return s.do(ctx, job{origin: origin{source: "invoke", id: id, end: budgetEnd(ctx)}, req: req, err: req.Check()})
}

// do carries out one job and makes its outcome known.
func (s *Sender) do(ctx context.Context, j job) Result {
	x := &execution{job: j, start: s.Now()}
	r := s.execute(ctx, x)
	r.asOutput = x.req != nil && x.req.OnError == "return"
	s.observe(ctx, x, r)
	return r
}

// execute carries out one job, unless it is wrong or the invocation is out of
// time.
func (s *Sender) execute(ctx context.Context, x *execution) Result {
	if x.err == nil {
		x.id = cmp.Or(x.req.IdempotencyKey, x.id)
		x.plan, x.err = x.req.Plan(uuid(x.req.App, x.id))
	}
	switch {
	case x.err != nil:
		return s.report(ctx, x, failed(x.err))
	case time.Until(x.end) <= 0:
		return s.report(ctx, x, failed(&lark.Error{Kind: lark.KindTransport, Retryable: true, Msg: "the invocation has no time left for this request"}))
	case x.id == "":
		return s.report(ctx, x, s.runInThread(ctx, x))
	}
	return s.once(ctx, x)
}

// once carries out a request unless another execution is doing so or has done
// it.
func (s *Sender) once(ctx context.Context, x *execution) Result {
	key, owner := store.SendKey(x.req.App, x.id), rand.Text()
	state, stored, err := s.Claims.Claim(ctx, key, owner, claimLease, resultTTL)
	switch {
	case err != nil:
		// Lark still recognises a message by its uuid, so it goes out once.
		x.problem(metric.DedupeBypassed, "the table cannot be reached", err)
	case state == store.InProgress:
		return failed(&lark.Error{Kind: lark.KindServer, Retryable: true, Msg: "the same request is being carried out"})
	case state == store.Completed:
		return replayed(stored, x.req)
	}
	r := s.report(ctx, x, s.runInThread(ctx, x))
	if err := s.settle(ctx, key, owner, x.req, r); err != nil {
		x.problem(metric.MarkFailed, "the request's claim is not settled", err)
	}
	return r
}

// settle keeps the result of a request that is done, and releases the claim on
// one that is not, so that its next attempt need not wait for the lease.
func (s *Sender) settle(ctx context.Context, key, owner string, req *request.Request, r Result) error {
	if r.OK {
		return s.Claims.Complete(ctx, key, r.kept(req), resultTTL)
	}
	return s.Claims.Release(ctx, key, owner)
}

// run makes the calls of a request when it is due.
func (s *Sender) run(ctx context.Context, x *execution) Result {
	ctx, cancel := context.WithDeadline(ctx, x.end)
	defer cancel()
	if err := s.awaitDue(ctx, x); err != nil {
		return failed(err)
	}
	res, err := s.callAs(ctx, x)
	var e *lark.Error
	if errors.As(err, &e) && e.Kind == lark.KindAuth && s.settingsChanged(ctx, x) {
		res, err = s.callAs(ctx, x)
	}
	if err != nil {
		r := failed(err)
		r.MayRepeat = x.plan.MayRepeat && (r.Error.Kind == lark.KindTransport || r.Error.Kind == lark.KindServer)
		if x.plan.Headers && e != nil {
			r.Headers = e.Header
		}
		return r
	}
	r := succeeded(res)
	r.MayRepeat = x.plan.MayRepeat
	if x.plan.Headers {
		r.Headers = res.Header
	}
	return r
}

// callAs makes the calls of a request as its app.
func (s *Sender) callAs(ctx context.Context, x *execution) (*lark.Result, error) {
	c, err := s.client(ctx, x.req.App)
	if err != nil {
		return nil, err
	}
	return s.retry(ctx, x, &request.Clients{Lark: c.Client, Host: c.app.BaseURL, HTTP: s.HTTP, Blobs: s.Blobs, Bucket: s.Bucket, Now: s.Now})
}

// refreshPause is how long [store.Settings] waits before it reads the settings
// again.
const refreshPause = 5 * time.Second

// settingsChanged reads the settings again after Lark has refused the
// credentials of an app, and reports whether the app's have changed.
func (s *Sender) settingsChanged(ctx context.Context, x *execution) bool {
	settings, ok := s.Apps.(interface{ Refresh(context.Context) bool })
	if !ok {
		return false
	}
	before, err := s.Apps.App(ctx, x.req.App)
	if err != nil {
		return false
	}
	if !settings.Refresh(ctx) {
		if s.pause(x, func() error { return wait.Sleep(ctx, refreshPause) }) != nil {
			return false
		}
		settings.Refresh(ctx)
	}
	after, err := s.Apps.App(ctx, x.req.App)
	return err == nil && after != before
}

// client returns the client of an app, a new one when the settings have
// changed.
func (s *Sender) client(ctx context.Context, name string) (client, error) {
	app, err := s.Apps.App(ctx, name)
	switch {
	case errors.Is(err, store.ErrUnknownApp):
		return client{}, &lark.Error{Kind: lark.KindValidation, Msg: err.Error()}
	case err != nil:
		return client{}, &lark.Error{Kind: lark.KindTransport, Msg: err.Error(), Retryable: true}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.clients[name]
	if !ok || c.app != app {
		if s.clients == nil {
			s.clients = map[string]client{}
		}
		c = client{app, lark.NewClient(app.App, lark.WithHTTPClient(s.HTTP), lark.WithTokenStore(s.Tokens), lark.WithClock(s.Now), lark.WithLogger(s.Log),
			lark.WithStoreErrorHook(func(error) { s.storeFailures.Add(1) }))}
		s.clients[name] = c
	}
	return c, nil
}

// uuid returns the id by which Lark's message API recognises a request, of at
// most 50 characters: the same for each attempt. A request without an id gets a
// new one, so that at least its own retries are recognised.
func uuid(app, id string) string {
	if id == "" {
		id = rand.Text()
	}
	sum := sha256.Sum256([]byte(app + "#" + id))
	return hex.EncodeToString(sum[:20])
}
