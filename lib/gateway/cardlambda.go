package gateway

import (
	"context"
	"fmt"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Invoker calls a Lambda function by its name or ARN and returns what it
// returned; [cloud.Lambda] does.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// Invoked answers with the function that an app's settings name.
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
