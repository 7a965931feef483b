package invoke

import (
	"context"
	"fmt"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Cards answers clicks with the function that an app's settings name.
type Cards struct{ Lambda *Lambda }

// Answer invokes the app's card_handler with the detail that goes on the bus,
// and reads the reply that it returns. An app without one has no reply.
func (c Cards) Answer(ctx context.Context, app *lark.App, ev *lark.Event) (*lark.CardReply, error) {
	if app.CardHandler == "" {
		return nil, nil
	}
	answer, err := c.Lambda.Invoke(ctx, app.CardHandler, bus.Detail(app.Name, ev))
	if err != nil {
		return nil, fmt.Errorf("card_handler: %w", err)
	}
	reply, err := lark.ParseCardReply(answer)
	if err != nil {
		return nil, fmt.Errorf("card_handler: its answer cannot be used: %w", err)
	}
	return reply, nil
}
