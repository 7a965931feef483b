package gateway

import (
	"context"
	"fmt"

	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Asked returns an answerer that records the answers to questions of the verb ask,
// and leaves all other clicks to next.
func Asked(asks *ask.Asks, next Answerer) Answerer { return asked{asks, next} }

type asked struct {
	asks *ask.Asks
	next Answerer
}

// Answer records the answer that a click on the card of a question gives.
func (a asked) Answer(ctx context.Context, app *store.App, ev *lark.Event) (*lark.CardReply, error) {
	click, ok := ask.ClickOf(lark.NewClick(app.Name, ev))
	if !ok {
		return a.next.Answer(ctx, app, ev)
	}
	reply, err := a.asks.Answer(ctx, app.Name, click)
	if err != nil {
		return reply, fmt.Errorf("answering a question: %w", err)
	}
	return reply, nil
}
