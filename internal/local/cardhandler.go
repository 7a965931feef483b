package local

import (
	"context"
	"time"

	"github.com/larkbridge/larkbridge/internal/local/target"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// cardTimeout is how long a card handler may take. The gateway answers Lark without it
// after 2.2 s.
const cardTimeout = 3 * time.Second

// SetCardHandler starts own code that answers clicks as the function card_handler does;
// spec is what [target.Parse] parses. It must be called before the server serves, and
// [Server.Close] after that.
func (s *Server) SetCardHandler(url, spec string) error {
	t, err := target.Parse(spec, s.targetConfig(spec, url, cardTimeout, nil))
	if err != nil {
		return err
	}
	s.targets = append(s.targets, t)
	s.setCards(ownHandler{gateway.Invoked(cardInvoker{s, t}), spec})
	return t.Start()
}

// ownHandler is an answerer that takes an app as one with this card handler.
type ownHandler struct {
	gateway.Answerer
	name string
}

// Answer answers a click with the handler.
func (h ownHandler) Answer(ctx context.Context, app *store.App, ev *lark.Event) (*lark.CardReply, error) {
	copied := *app
	copied.CardHandler = h.name
	return h.Answerer.Answer(ctx, &copied, ev)
}

// cardInvoker invokes a target in place of a Lambda function.
type cardInvoker struct {
	server *Server
	target target.Target
}

// Invoke invokes the target. As on AWS, an invocation that nobody waits for goes on until
// its own timeout.
func (i cardInvoker) Invoke(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	type outcome struct {
		answer []byte
		err    error
	}
	done := make(chan outcome, 1)
	i.server.work.Go(func() {
		answer, err := i.target.Invoke(context.WithoutCancel(ctx), payload)
		done <- outcome{answer, err}
	})
	select {
	case o := <-done:
		return o.answer, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
