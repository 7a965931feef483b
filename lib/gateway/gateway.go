// Package gateway receives what Lark posts: it authenticates each HTTP request,
// puts each event on the bus once, and answers clicks on cards.
//
// One [Gateway] serves the events and the cards of all apps. [Gateway.Lambda] is
// its handler in AWS Lambda, [Gateway.ServeHTTP] its handler for net/http. The [Outcome]
// of each request is passed to observers, which log and count.
package gateway

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Apps finds an app by its name; [store.Settings] does.
type Apps interface {
	App(ctx context.Context, name string) (*store.App, error)
	// Refresh reads the settings again, unless they were read in the last seconds, and
	// reports whether it did.
	Refresh(ctx context.Context, name string) bool
}

// Claims gives an event to one instance; [store.Table] does.
type Claims interface {
	Claim(ctx context.Context, key, owner string, lease, ttl time.Duration) (state store.State, result []byte, err error)
	Complete(ctx context.Context, key string, result []byte, ttl time.Duration) error
}

// Tickets keeps the newest app_ticket of an app; [store.Table] does.
type Tickets interface {
	PutTicket(ctx context.Context, appID string, ticket lark.Secret, issued time.Time) error
}

// Events puts an event on the bus and returns the id of its entry; [bus.Bus]
// does.
type Events interface {
	PublishEvent(ctx context.Context, app string, ev *lark.Event) (string, error)
}

// Gateway serves requests. All fields but Observers and FailClosed are required.
type Gateway struct {
	Apps    Apps
	Claims  Claims
	Tickets Tickets
	Events  Events
	Cards   Answerer
	Now     func() time.Time
	// Observers are called with the outcome of each request, one after another,
	// before the request is answered.
	Observers []Observer
	// FailClosed refuses events and clicks while the table cannot be reached, instead of
	// publishing them without deduplication.
	FailClosed bool
	// AnswerTimeout is how long an answer may take; zero is [DefaultAnswerTimeout].
	AnswerTimeout time.Duration
	// StartupTime is how long the process took to start. It is subtracted from the time
	// of the first answer.
	StartupTime time.Duration

	served atomic.Bool // whether there was a request
}

// Request is an HTTP request.
type Request struct {
	Method string
	Path   string
	App    string // the app's name as the route has it; "" to take it from Path
	Header lark.Header
	Body   []byte
}

// Serve answers a request within the gateway's AnswerTimeout.
func (g *Gateway) Serve(ctx context.Context, req Request) Reply {
	start := g.Now()
	ctx, cancel := context.WithTimeout(ctx, g.timeLeft())
	defer cancel()
	r := &request{gateway: g, header: req.Header, outcome: Outcome{Start: start}}
	reply := r.serve(ctx, req)
	r.finish(ctx, reply.Status)
	return reply
}
