package send_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/larkbridge/larkbridge/internal/awstest/busschema"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/send"
	"github.com/larkbridge/larkbridge/lib/store"
)

// fixture is a sender with in-memory implementations of everything around it,
// between a queue and a Lark platform, with faults in between.
type fixture struct {
	sender   *send.Sender
	platform *larktest.Platform
	queue    *simQueue
	bus      *bus.Memory
	faults   *dice

	strike   faults    // by begin
	start    time.Time // of the faults that last
	revoke   sync.Once
	mu       sync.Mutex
	outcomes map[string]send.Outcome // the last by id; nil without faults
}

func newFaultyFixture(fifo bool) *fixture {
	const secret = secretBefore
	f := &fixture{
		platform: larktest.New(larktest.WithApps(larktest.App{ID: larktest.AppID, Secret: secret})),
		queue:    &simQueue{fifo: fifo}, bus: &bus.Memory{}, faults: &dice{rng: rand.New(rand.NewPCG(1, 2))},
	}
	f.bus.Rule(func(e bus.Entry) {
		if err := busschema.Check(e.Source, e.DetailType, e.Detail); err != nil {
			panic(err)
		}
	})
	memory := store.NewMemory(time.Now)
	settings := store.Documents{"default": `{"app_id":"` + larktest.AppID + `","app_secret":"` + secret + `","domain":"http://lark.test"}`}
	f.sender = &send.Sender{
		Apps: store.NewSettings(settings, nil, time.Now), HTTP: f, Tokens: memory, Claims: crashingClaims{memory, f}, Results: f.bus,
		Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Delay: f.queue,
	}
	return f
}

// dice says when a fault strikes; never without a source of chance.
type dice struct {
	mu  sync.Mutex
	rng *rand.Rand
}

func (d *dice) roll(percent int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rng != nil && d.rng.IntN(100) < percent
}

// invocation is one run of the function. When it is dead, nothing that it
// still does has an effect.
type invocation struct {
	mu   sync.Mutex
	dead bool
}

func (i *invocation) crash() { i.mu.Lock(); i.dead = true; i.mu.Unlock() }
func (i *invocation) crashed() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.dead
}

type invocationKey struct{}

func current(ctx context.Context) *invocation { return ctx.Value(invocationKey{}).(*invocation) }

var errDead = errors.New("the function has crashed")

// Do is the network.
func (f *fixture) Do(req *http.Request) (*http.Response, error) {
	if current(req.Context()).crashed() {
		return nil, errDead
	}
	if f.outcomes != nil {
		return f.exchange(req)
	}
	rec := httptest.NewRecorder()
	f.platform.ServeHTTP(rec, req)
	return rec.Result(), nil
}

// crashingClaims crashes functions when they complete a claim.
type crashingClaims struct {
	*store.Memory
	f *fixture
}

func (m crashingClaims) Claim(ctx context.Context, key, owner string, lease, ttl time.Duration) (store.State, []byte, error) {
	if current(ctx).crashed() {
		return store.InProgress, nil, nil
	}
	return m.Memory.Claim(ctx, key, owner, lease, ttl)
}

func (m crashingClaims) Complete(ctx context.Context, key string, result []byte, ttl time.Duration) error {
	if m.f.faults.roll(m.f.strike.crash) {
		current(ctx).crash()
	}
	if current(ctx).crashed() {
		return errDead
	}
	return m.Memory.Complete(ctx, key, result, ttl)
}

func (m crashingClaims) Release(ctx context.Context, key, owner string) error {
	if current(ctx).crashed() {
		return errDead
	}
	return m.Memory.Release(ctx, key, owner)
}

// newFixture returns a sender without faults, and the context of one
// invocation.
func newFixture() (*fixture, context.Context) {
	f := newFaultyFixture(false)
	f.faults.rng = nil
	return f, context.WithValue(context.Background(), invocationKey{}, &invocation{})
}

// function is the ARN of the function under test.
const function = "arn:aws:lambda:us-east-1:123456789012:function:larkbridge-send"

// invoke invokes the function directly; id is the invocation's.
func (f *fixture) invoke(ctx context.Context, id, payload string) (any, error) {
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: id, InvokedFunctionArn: function})
	return f.sender.Lambda(ctx, []byte(payload))
}

// one invokes the function with one request and returns its result.
func (f *fixture) one(t *testing.T, ctx context.Context, payload string) (send.Result, error) {
	t.Helper()
	out, err := f.invoke(ctx, "request-id", payload)
	if err != nil {
		return send.Result{}, err
	}
	r, ok := out.(send.Response)
	if !ok || len(r.Results) != 1 {
		t.Fatalf("got %+v, want one result", out)
	}
	return r.Results[0], nil
}

// errorType returns the type of a function error.
func errorType(err error) string {
	var failed messages.InvokeResponse_Error
	errors.As(err, &failed)
	return failed.Type
}
