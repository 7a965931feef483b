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
	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/send/request"
	"github.com/larkbridge/larkbridge/lib/store"
	"github.com/larkbridge/larkbridge/lib/stream"
)

// Apps finds an app by its name; [store.Settings] does.
type Apps interface {
	App(ctx context.Context, name string) (*store.App, error)
	// Refresh reads the settings anew, unless that was done a moment ago, and
	// reports whether it did.
	Refresh(ctx context.Context, name string) bool
}

// Claims makes a request the work of one instance and keeps its result;
// [store.Table] does.
type Claims interface {
	Claim(ctx context.Context, key, owner string, lease, ttl time.Duration) (state store.State, result []byte, err error)
	Complete(ctx context.Context, key string, result []byte, ttl time.Duration) error
	Release(ctx context.Context, key, owner string) error
}

// Sender carries out requests. DefaultTo, Timeout, Delay and Observers are
// optional, all other fields are required.
type Sender struct {
	Apps    Apps
	HTTP    lark.HTTPDoer
	Tokens  lark.TokenStore
	Claims  Claims
	Results bus.Publisher
	Blobs   request.Blobs
	// Bucket is the stack's own bucket, of which requests use files/ only.
	Bucket string
	// Asks keeps the questions of the verb ask; nil refuses them.
	Asks *ask.Asks
	// Streams shows the texts of the verb stream; nil refuses them.
	Streams *stream.Writer
	Now     func() time.Time
	Log     *slog.Logger // of what concerns no single request
	// DefaultTo receives the notices, which name no receiver: a chat id, open id,
	// union id, e-mail address or user id.
	DefaultTo string
	// Timeout is the longest that an invocation may run; 0 is DefaultTimeout.
	Timeout time.Duration
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
	// resultTTL is how long a result answers repetitions: as long as a message
	// can be in a queue and then in its dead-letter queue, and be put back.
	resultTTL = 15 * 24 * time.Hour
)

// client calls Lark with one version of an app's settings.
type client struct {
	app *store.App
	*lark.Client
}

// execution is a job while it is carried out, with its outcome so far.
type execution struct {
	job
	start   time.Time
	plan    *request.Plan // nil if the request cannot be carried out
	outcome Outcome
}

// Send carries out one request for a caller who waits. id identifies the
// request if it has no idempotency key of its own: a repetition is answered
// with the first result. An empty id makes every call a new request.
func (s *Sender) Send(ctx context.Context, id string, req *request.Request) Result {
	return s.do(ctx, job{origin: origin{source: "invoke", id: id, end: budgetEnd(ctx)}, req: req, err: req.Check()})
}

// do carries out one job and calls the observers with its outcome.
func (s *Sender) do(ctx context.Context, j job) Result {
	ctx = withGroup(ctx, j)
	x := &execution{job: j, start: s.Now()}
	r := s.execute(ctx, x)
	r.asOutput = x.req != nil && x.req.OnError == "return"
	s.observe(ctx, x, r)
	return r
}

// execute carries out one job, unless it is wrong or the invocation is out of
// time. A request with an id is carried out once, unless another one goes on with it.
func (s *Sender) execute(ctx context.Context, x *execution) Result {
	if x.err == nil {
		x.id = cmp.Or(x.req.IdempotencyKey, x.id)
		if x.plan, x.err = x.req.Plan(uuid(x.req.App, x.id)); x.err == nil {
			x.err = s.checkTimeout(x.req)
		}
	}
	switch {
	case x.err != nil:
		return s.report(ctx, x, failed(x.err))
	case time.Until(x.end) <= 0:
		return s.report(ctx, x, failed(&lark.Error{Kind: lark.KindTransport, Retryable: true, Msg: "the invocation has no time left for this request"}))
	case x.plan.Interim:
		if r := s.run(ctx, x); !r.OK {
			return s.report(ctx, x, r)
		} else {
			return r
		}
	case x.id == "":
		return s.report(ctx, x, s.runInThread(ctx, x))
	}
	return s.once(ctx, x, store.SendKey(x.req.App, x.id), func() (Result, []byte) {
		r := s.report(ctx, x, s.runInThread(ctx, x))
		return r, r.kept(x.req)
	}, func(kept []byte) Result { return replayed(kept, x.req) })
}

// once does the work of a key, unless another execution is doing it, or has done
// it: then replay makes the result of what that one kept. work returns its result
// and what to keep of it, or nil when the work is not done: then the claim is
// released, so that the next attempt need not wait for the lease.
func (s *Sender) once(ctx context.Context, x *execution, key string, work func() (Result, []byte), replay func(kept []byte) Result) Result {
	owner := rand.Text()
	state, kept, err := s.Claims.Claim(ctx, key, owner, s.claimLease(), resultTTL)
	switch {
	case err != nil:
		// Lark still recognises a message by its uuid, so it goes out once.
		x.outcome.Report(metric.DedupeBypassed, "the table cannot be reached", err)
	case state == store.InProgress:
		return failed(&lark.Error{Kind: lark.KindServer, Retryable: true, Msg: "the same request, or the first message of its thread, is being carried out"})
	case state == store.Completed:
		return replay(kept)
	}
	r, kept := work()
	if kept != nil {
		err = s.Claims.Complete(ctx, key, kept, resultTTL)
	} else {
		err = s.Claims.Release(ctx, key, owner)
	}
	if err != nil {
		x.outcome.Report(metric.MarkFailed, "the claim is not settled", err)
	}
	return r
}

// run makes the calls of a request when it is due, and once more when Lark has
// refused credentials that have been replaced in the settings.
func (s *Sender) run(ctx context.Context, x *execution) Result {
	ctx, cancel := context.WithDeadline(ctx, x.end)
	defer cancel()
	if err := s.awaitDue(ctx, x); err != nil {
		return failed(err)
	}
	res, err := s.callAs(ctx, x)
	if e, ok := errors.AsType[*lark.Error](err); ok && e.Kind == lark.KindAuth && s.settingsChanged(ctx, x) {
		res, err = s.callAs(ctx, x)
	}
	return x.result(res, err)
}

// callAs makes the calls of a request as its app.
func (s *Sender) callAs(ctx context.Context, x *execution) (*lark.Result, error) {
	c, err := s.client(ctx, x.req.App)
	if err != nil {
		return nil, err
	}
	return s.retry(ctx, x, &request.Clients{
		Lark: c.Client, Host: c.app.BaseURL, HTTP: s.HTTP, Blobs: s.Blobs, Bucket: s.Bucket, Now: s.Now,
		Asks: s.Asks, Streams: s.Streams, Queued: x.queued,
	})
}

// refreshPause is how long [store.Settings] waits before it reads the settings
// again.
const refreshPause = 5 * time.Second

// settingsChanged reads the settings again after Lark has refused the
// credentials of an app, and reports whether the app's have changed.
func (s *Sender) settingsChanged(ctx context.Context, x *execution) bool {
	before, err := s.Apps.App(ctx, x.req.App)
	if err != nil {
		return false
	}
	if !s.Apps.Refresh(ctx, x.req.App) {
		if s.pause(x, func() error { return wait.Sleep(ctx, refreshPause) }) != nil {
			return false
		}
		s.Apps.Refresh(ctx, x.req.App)
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
