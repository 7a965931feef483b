package local

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/send"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Server serves the doors for Lark, and to its own machine also send, the
// inspector and what that reads.
type Server struct {
	gateway *gateway.Gateway
	sender  *send.Sender
	bus     *eventBus
	calls   *Calls
	users   *users // nil with the real platform
	show    func(Step)
	now     func() time.Time
	own     http.Handler
	routes  map[string]http.HandlerFunc // by method and path
}

// New makes a server of one app that calls Lark with client. It does no I/O.
// show is told each step and must be safe for concurrent use.
func New(app *lark.App, client lark.HTTPDoer, calls *Calls, now func() time.Time, show func(Step)) *Server {
	log := slog.New(stepLog{show, now})
	apps, memory, events := store.Fixed{app.Name: {App: app}}, store.NewMemory(now), &eventBus{show: show, now: now}
	s := &Server{
		gateway: &gateway.Gateway{
			Apps: apps, Claims: memory, Tickets: memory, Now: now,
			Events:    &bus.Bus{Publisher: events, Blobs: events, Bucket: "details", InlineLimit: bus.DefaultInlineLimit},
			Cards:     gateway.Invoked(nil), // the default app has no card_handler
			Observers: []gateway.Observer{showOutcome(show, now)},
		},
		sender: &send.Sender{
			Apps: apps, HTTP: client, Tokens: memory, Claims: memory, Results: events, Blobs: events,
			Now: now, Log: log, Count: func(metric.Name) {},
			Observe: func(_ context.Context, o send.Outcome) { show(sent(now(), o)) },
		},
		bus: events, calls: calls, show: show, now: now,
	}
	s.routes = map[string]http.HandlerFunc{
		"GET /":           servePage,
		"GET /api/events": s.serveEvents,
		"GET /api/calls":  s.serveCalls,
		"GET /api/cards":  s.serveCards,
		"POST /api/click": s.serveClick,
		"POST /send":      s.serveSend,
	}
	protect := http.NewCrossOriginProtection()
	protect.SetDenyHandler(http.HandlerFunc(s.serveDoor))
	s.own = protect.Handler(http.HandlerFunc(s.serveOwn))
	return s
}

// ServeHTTP serves a request.
//
// A tunnel to /event must not offer /send to the world, nor may a web page in
// the developer's browser: who does not ask this very machine finds the doors
// only.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !Loopback(r.Host) || r.Header.Get("X-Forwarded-For") != "" {
		s.serveDoor(w, r)
		return
	}
	s.own.ServeHTTP(w, r)
}

func (s *Server) serveOwn(w http.ResponseWriter, r *http.Request) {
	if serve, ok := s.routes[r.Method+" "+r.URL.Path]; ok {
		serve(w, r)
		return
	}
	s.serveDoor(w, r)
}

// Loopback says whether a host, with or without a port, is this machine.
func Loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// drained is how much of a body that is too large is read all the same, so
// that the client gets its answer and not a broken connection.
const drained = 8 << 20

// serveDoor leaves the request to the gateway, which knows what is not found,
// too. It notes when the request came and whether it is encrypted, and tells
// the users what their click is answered with.
func (s *Server) serveDoor(w http.ResponseWriter, r *http.Request) {
	start := s.now()
	body, err := io.ReadAll(io.LimitReader(r.Body, lark.MaxBody+1))
	if err != nil {
		body = nil // the client went away
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, drained))
	v := visit{start, bytes.HasPrefix(bytes.TrimSpace(body), []byte(`{"encrypt"`)), new(lark.Secret)}
	r = r.WithContext(withVisit(r.Context(), v))
	r.Body = io.NopCloser(bytes.NewReader(body))
	if s.users != nil {
		w = telling{w, func(reply []byte) { s.users.answered(*v.click, reply) }}
	}
	s.gateway.ServeHTTP(w, r)
}

// tell shows a step of now.
func (s *Server) tell(step Step) {
	step.Time = s.now()
	s.show(step)
}
