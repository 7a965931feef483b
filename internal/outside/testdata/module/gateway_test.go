package bot

import (
	"context"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/store"
)

// A handler of this module answers clicks inside a gateway of the other one.
func TestLinked(t *testing.T) {
	_, app := newBot(t)
	sample, _ := larktest.FindSample("card.action.trigger")
	callback, err := app.Receive(sample.Delivery(app, time.Now()), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cards := gateway.Linked(lark.CardHandlerFunc(func(_ context.Context, click *lark.Click) (*lark.CardReply, error) {
		return &lark.CardReply{Toast: &lark.Toast{Content: click.Operator.OpenID}}, nil
	}))
	reply, err := cards.Answer(t.Context(), &store.App{App: app}, callback.Event)
	if err != nil || reply.Toast.Content == "" {
		t.Errorf("reply: got %+v and %v, want a toast with the operator", reply, err)
	}
}
