package local

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// noting notes which click a request is before it is answered: the users know
// their clicks by the update token.
type noting struct{ gateway.Answerer }

// Answer notes and asks.
func (n noting) Answer(ctx context.Context, app *store.App, ev *lark.Event) (*lark.CardReply, error) {
	if v, ok := visitOf(ctx); ok && ev.Type == lark.TypeCardAction {
		if click, err := lark.NewClick(app.Name, ev); err == nil {
			*v.click = click.Token
		}
	}
	return n.Answerer.Answer(ctx, app, ev)
}

// telling is a reply that the users hear of before it is complete: who has it
// can look at the card.
type telling struct {
	http.ResponseWriter
	tell func(reply []byte)
}

// Write writes the reply, which the gateway does in one piece.
func (t telling) Write(reply []byte) (int, error) {
	t.tell(reply)
	return t.ResponseWriter.Write(reply)
}

// answered gives a click its answer, as Lark does. A click that no user here
// has made, or that has its answer, is left alone.
func (u *users) answered(token lark.Secret, reply []byte) {
	u.mu.Lock()
	messageID, ok := u.clicks[token]
	delete(u.clicks, token)
	u.mu.Unlock()
	if !ok {
		return
	}
	before, _ := u.platform.Message(messageID)
	if err := u.platform.Answer(token.Reveal(), reply); err != nil {
		u.server.tell(Step{Kind: StepCard, Subject: "the answer is refused", Note: err.Error(), Failed: true})
		return
	}
	m, _ := u.platform.Message(messageID)
	var notes []string
	if m.Toast.Content != "" {
		notes = append(notes, fmt.Sprintf("toast %.60q", m.Toast.Content))
	}
	if m.Updated > before.Updated {
		notes = append(notes, fmt.Sprintf("the card is now %.60q", title(m.Content)))
	}
	if notes == nil {
		notes = []string{"nothing changes"}
	}
	u.server.tell(Step{Kind: StepCard, Subject: "answered", Note: strings.Join(notes, ", ")})
}
