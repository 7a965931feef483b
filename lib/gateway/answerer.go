package gateway

import (
	"context"
	"errors"
	"fmt"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Answerer answers clicks and link previews of an app.
type Answerer interface {
	// Answer returns the reply to a click; nil changes nothing. The error is
	// [ErrNoHandler] when the app has no handler. A reply that comes with another
	// error tells the person about it; without one the click gets the app's
	// card_toast.
	Answer(ctx context.Context, app *store.App, ev *lark.Event) (*lark.CardReply, error)
}

// ErrNoHandler is the error of an [Answerer] for an app without a card handler.
var ErrNoHandler = errors.New("the app has no card handler")

// Linked returns an answerer that calls a handler which is linked into the program.
func Linked(handler lark.CardHandler) Answerer { return linked{handler} }

type linked struct{ handler lark.CardHandler }

// Answer calls the handler. It does not wait longer than ctx, even if the handler does,
// and a panic is an error.
func (l linked) Answer(ctx context.Context, app *store.App, ev *lark.Event) (*lark.CardReply, error) {
	reply, err := lark.AnswerClick(ctx, l.handler, lark.NewClick(app.Name, ev))
	if err != nil {
		return nil, err
	}
	return reply, nil
}

// Invoker calls a Lambda function by its name or ARN and returns what it
// returned; [cloud.Lambda] does.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// Invoked returns an answerer that invokes the function which an app's settings
// name.
func Invoked(lambda Invoker) Answerer { return invoked{lambda} }

type invoked struct{ lambda Invoker }

// Answer invokes the app's card_handler with the detail that goes on the bus,
// and reads the reply that it returns.
func (i invoked) Answer(ctx context.Context, app *store.App, ev *lark.Event) (*lark.CardReply, error) {
	if app.CardHandler == "" {
		return nil, ErrNoHandler
	}
	answer, err := i.lambda.Invoke(ctx, app.CardHandler, bus.Detail(app.Name, ev))
	if err != nil {
		return nil, fmt.Errorf("card_handler: %w", err)
	}
	reply, err := lark.ParseCardReply(answer)
	if err != nil {
		return nil, fmt.Errorf("card_handler: its answer cannot be used: %w", err)
	}
	return reply, nil
}
