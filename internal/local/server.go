package local

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/internal/local/target"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send"
	"github.com/larkbridge/larkbridge/lib/store"
	"github.com/larkbridge/larkbridge/lib/stream"
)

// Server serves the inbound endpoints to Lark. To clients on the same machine it also
// serves send, the inspector and the inspector's API.
type Server struct {
	app     *lark.App
	gateway *gateway.Gateway
	sender  *send.Sender
	bus     *eventBus
	calls   *Calls
	users   *users // nil with the real platform
	show    func(Step)
	now     func() time.Time
	own     http.Handler

	targets   []target.Target          // of the rules
	functions map[string]target.Target // those that are functions of templates, by file and handler
	work      sync.WaitGroup           // of the rules and of what AWS's clients do not wait for

	routes map[string]http.HandlerFunc // by method and path
}

// New returns a server of one app that calls Lark with client. It does no I/O. show is
// called with each step and must be safe for concurrent use.
func New(app *lark.App, client lark.HTTPDoer, calls *Calls, now func() time.Time, show func(Step)) *Server {
	apps, memory, events := store.Fixed{app.Name: {App: app}}, store.NewMemory(now), &eventBus{show: show, now: now}
	s := &Server{
		app: app,
		gateway: &gateway.Gateway{
			Apps: apps, Claims: memory, Tickets: memory, Now: now,
			Events: &bus.Bus{Publisher: events, Blobs: events, Bucket: "details", InlineLimit: bus.DefaultInlineLimit},
		},
		sender: &send.Sender{
			Apps: apps, HTTP: client, Tokens: memory, Claims: memory, Results: events, Blobs: events,
			Now: now, Log: slog.New(slog.DiscardHandler), Streams: &stream.Writer{Store: memory, Now: now},
			Observers: []send.Observer{func(_ context.Context, o send.Outcome) { show(sendStep(now(), o)) }},
		},
		bus: events, calls: calls, show: show, now: now, functions: map[string]target.Target{},
	}
	s.gateway.Observers = []gateway.Observer{s.showProblems}
	s.sender.Asks = s.newAsks(memory)
	s.setCards(gateway.Invoked(nil)) // the default app has no card_handler
	s.routes = map[string]http.HandlerFunc{
		"GET /api/events": s.serveEvents,
		"GET /api/calls":  s.serveCalls,
		"GET /api/cards":  s.serveCards,
		"POST /api/click": s.serveClick,
		"POST /send":      s.serveSend,
		"POST /":          s.serveAWS,
	}
	protect := http.NewCrossOriginProtection()
	protect.SetDenyHandler(http.HandlerFunc(s.serveInbound))
	s.own = protect.Handler(http.HandlerFunc(s.serveOwn))
	return s
}

// setCards sets what answers the clicks that are no answers to a question.
func (s *Server) setCards(answerer gateway.Answerer) {
	s.gateway.Cards = clickRecorder{gateway.Asked(s.sender.Asks, answerer)}
}

// ServeHTTP serves a request. Requests that come through a tunnel, or from a web page
// of another origin in the developer's browser, reach the inbound endpoints only:
// nobody else may use /send.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !Loopback(r.Host) || r.Header.Get("X-Forwarded-For") != "" {
		s.serveInbound(w, r)
		return
	}
	s.own.ServeHTTP(w, r)
}

func (s *Server) serveOwn(w http.ResponseWriter, r *http.Request) {
	serve, ok := s.routes[r.Method+" "+r.URL.Path]
	switch {
	case ok:
		serve(w, r)
		return
	case r.Method == http.MethodPost && invocationPath(r.URL.Path):
		s.serveInvoke(w, r)
		return
	}
	s.serveInbound(w, r)
}

// Loopback reports whether a host, with or without a port, is this machine.
func Loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// Handle adds a route for the browser and the tools of this machine. It must be called
// before the server serves.
func (s *Server) Handle(method, path string, handler http.HandlerFunc) {
	s.routes[method+" "+path] = handler
}

// App returns the app that the server serves.
func (s *Server) App() *lark.App { return s.app }

// Rule adds a rule that is called with every entry of the bus.
func (s *Server) Rule(rule func(bus.Entry)) { s.bus.Rule(rule) }

// SetDefaultTo sets the receiver of notices, such as alarms. It must be called before
// the server serves.
func (s *Server) SetDefaultTo(receiver string) { s.sender.DefaultTo = receiver }

// SetFiles sets the folder of the files that requests read and write. It must be called
// before the server serves.
func (s *Server) SetFiles(folder Folder) { s.sender.Blobs = folder }

// Sender returns the sender that POST /send invokes.
func (s *Server) Sender() *send.Sender { return s.sender }

// Now returns the present time of the server's clock.
func (s *Server) Now() time.Time { return s.now() }

// Show shows a step, with the present time.
func (s *Server) Show(step Step) {
	step.Time = s.now()
	s.show(step)
}
