package send

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"larkbridge/lib/lark"
	"larkbridge/lib/store"
)

// Apps finds an app by its name; [store.Settings] does.
type Apps interface {
	App(ctx context.Context, name string) (*lark.App, error)
}

// Sender carries out requests.
type Sender struct {
	apps   Apps
	http   lark.HTTP
	tokens lark.TokenStore
	now    func() time.Time
	log    *slog.Logger

	mu      sync.Mutex
	clients map[string]client
}

// client calls Lark with one version of an app's settings.
type client struct {
	app *lark.App
	*lark.Client
}

// New makes a sender. It does no I/O.
func New(apps Apps, http lark.HTTP, tokens lark.TokenStore, now func() time.Time, log *slog.Logger) *Sender {
	return &Sender{apps: apps, http: http, tokens: tokens, now: now, log: log, clients: map[string]client{}}
}

// Invoke carries out a request, or several under "requests", as a direct
// invocation. id is the invocation's own, the same when Lambda repeats it: it
// is the idempotency key of a request that has none.
//
// A single request that fails is an error, unless it asks for it as output; of
// several, the output tells of each.
func (s *Sender) Invoke(ctx context.Context, id string, payload []byte) (any, error) {
	var many batch
	if strict(payload, &many) == nil && many.Requests != nil {
		results := make([]Result, len(many.Requests))
		for i, doc := range many.Requests {
			results[i], _ = s.one(ctx, id+"#"+strconv.Itoa(i), doc)
		}
		return map[string][]Result{"results": results}, nil
	}
	result, req := s.one(ctx, id, payload)
	if result.OK || req != nil && req.OnError == "return" {
		return result, nil
	}
	return nil, functionError(result.Error)
}

// one carries out one request and logs it.
func (s *Sender) one(ctx context.Context, id string, doc []byte) (Result, *Request) {
	start := s.now()
	req, err := parse(doc)
	if err != nil {
		return s.done(ctx, start, nil, failed(err)), nil
	}
	res, err := s.do(ctx, id, req)
	if err != nil {
		return s.done(ctx, start, req, failed(err)), req
	}
	return s.done(ctx, start, req, succeeded(res)), req
}

func (s *Sender) do(ctx context.Context, id string, req *Request) (*lark.Result, error) {
	if req.IdempotencyKey != "" {
		id = req.IdempotencyKey
	}
	var call lark.Call
	var err error
	if req.Message != nil {
		call, err = req.Message.call(uuid(req.App, id))
	} else {
		call, err = req.Request.call()
	}
	if err != nil {
		return nil, err
	}
	if call.TenantKey == "" {
		call.TenantKey = req.TenantKey
	}
	c, err := s.client(ctx, req.App)
	if err != nil {
		return nil, err
	}
	return c.Do(ctx, call)
}

// client returns the client of an app, a new one when the settings have
// changed.
func (s *Sender) client(ctx context.Context, name string) (*lark.Client, error) {
	app, err := s.apps.App(ctx, name)
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
		c = client{app, lark.NewClient(app, s.http, s.tokens, s.now)}
		s.clients[name] = c
	}
	return c.Client, nil
}

// uuid is what Lark's message API knows a request by, at most 50 characters.
func uuid(app, key string) string {
	sum := sha256.Sum256([]byte(app + "#" + key))
	return hex.EncodeToString(sum[:20])
}

// done logs a request's outcome.
func (s *Sender) done(ctx context.Context, start time.Time, req *Request, r Result) Result {
	args := []any{"ok", r.OK, "ms", s.now().Sub(start).Milliseconds()}
	if req != nil {
		args = append(args, "app", req.App)
	}
	if r.LogID != "" {
		args = append(args, "log_id", r.LogID)
	}
	level := slog.LevelInfo
	if r.Error != nil {
		level = slog.LevelWarn
		args = append(args, "kind", r.Error.Kind, "code", r.Error.Code, "error", r.Error.Msg)
	}
	s.log.Log(ctx, level, "send", args...)
	return r
}
