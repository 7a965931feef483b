package gateway

import (
	"context"
	"log/slog"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Apps finds an app by its name; [store.Settings] does.
type Apps interface {
	App(ctx context.Context, name string) (*store.App, error)
	Refresh(ctx context.Context) bool
}

// Claims makes an event's work that of one instance; [store.Table] does.
type Claims interface {
	Claim(ctx context.Context, key, owner string, lease, ttl time.Duration) (state store.State, result []byte, err error)
	Complete(ctx context.Context, key string, result []byte, ttl time.Duration) error
}

// Tickets keeps the newest app_ticket of an app; [store.Table] does.
type Tickets interface {
	PutTicket(ctx context.Context, appID string, ticket lark.Secret, issued time.Time) error
}

// Events puts an event on the bus; [bus.Bus] does.
type Events interface {
	PublishEvent(ctx context.Context, app string, ev *lark.Event) (string, error)
}

// Gateway serves requests. All fields but Closed are required.
type Gateway struct {
	Apps    Apps
	Claims  Claims
	Tickets Tickets
	Events  Events
	Cards   Answerer
	Now     func() time.Time
	Log     *slog.Logger
	// Count counts what an operator wants to be woken for.
	Count func(metric string)
	// CountApp counts for each app, by its name in the settings.
	CountApp func(metric, app string)
	// FailClosed refuses events while the table cannot be reached, instead of
	// publishing them without deduplication.
	FailClosed bool
}

// Request is an HTTP request.
type Request struct {
	Method string
	Path   string
	Header lark.Header
	Body   []byte
}

// Serve answers a request within 2.5 s.
func (g *Gateway) Serve(ctx context.Context, req Request) Reply {
	start := g.Now()
	ctx, cancel := context.WithTimeout(ctx, answerBudget)
	defer cancel()
	v := &visit{gateway: g, start: start, header: req.Header}
	reply := v.serve(ctx, req)
	v.log(ctx, reply.Status)
	return reply
}
