package gateway

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// Answerer answers clicks and link previews of an app.
type Answerer interface {
	// Answer returns the reply to a click; nil changes nothing. The error is
	// [ErrNoHandler] when the app has no handler.
	Answer(ctx context.Context, app *store.App, ev *lark.Event) (*lark.CardReply, error)
}

// ErrNoHandler says that an app has nothing that answers its clicks.
var ErrNoHandler = errors.New("the app has no card handler")

// Linked answers with a handler that is linked into the function.
func Linked(handler lark.CardHandler) Answerer { return linked{handler} }

type linked struct{ handler lark.CardHandler }

// Answer runs the handler. It does not wait longer than ctx, even if the
// handler does, and a panic is an error.
func (l linked) Answer(ctx context.Context, app *store.App, ev *lark.Event) (*lark.CardReply, error) {
	click, err := lark.NewClick(app.Name, ev)
	if err != nil {
		return nil, err
	}
	type outcome struct {
		reply *lark.CardReply
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if p := recover(); p != nil {
				o.err = fmt.Errorf("the handler panicked: %v", p)
			}
			done <- o
		}()
		o.reply, o.err = l.handler.HandleCard(ctx, click)
	}()
	select {
	case o := <-done:
		return o.reply, o.err
	case <-ctx.Done():
		return nil, fmt.Errorf("the handler has not answered in time: %w", ctx.Err())
	}
}

const (
	// clickBudget is what a click's answer may take from its arrival: Lark waits
	// 3 s, and there is no second delivery.
	clickBudget = 2200 * time.Millisecond
	// twinPause is how often a click that another instance answers is looked at.
	twinPause = 100 * time.Millisecond
)

// answerCard answers a click and puts it on the bus, both at once. A person is
// looking at the card: whatever fails, the answer is a good one.
func (v *visit) answerCard(ctx context.Context, app *store.App, cb *lark.Callback) Reply {
	budget, cancel := context.WithDeadline(ctx, v.deadline(ctx, clickBudget))
	defer cancel()
	key := store.EventKey(app.AppID, v.event.Key)
	answer, mine := v.claimClick(budget, key)
	if !mine {
		v.outcome = "duplicate"
		if answer == nil {
			answer = v.fallback(app)
		}
		return Reply{http.StatusOK, answer}
	}
	var publishing sync.WaitGroup
	publishing.Go(func() { v.publishClick(budget, app) })
	answer = v.ask(budget, app, cb)
	publishing.Wait()
	if err := v.complete(ctx, key, answer); err != nil {
		v.gateway.Count("MarkFailed")
		v.gateway.Log.WarnContext(ctx, "the click's answer is not kept", "error", err)
	}
	return Reply{http.StatusOK, answer}
}

// claimClick makes the click this instance's, or returns the answer that
// another delivery of it got. While another instance is at it, it waits; nil
// is an answer that did not come in time.
func (v *visit) claimClick(ctx context.Context, key string) (answer []byte, mine bool) {
	defer v.took(&v.claiming, v.gateway.Now())
	owner := rand.Text()
	for {
		attempt, cancel := context.WithTimeout(ctx, claimBudget)
		state, stored, err := v.gateway.Claims.Claim(attempt, key, owner, store.ClaimLease, claimTTL)
		cancel()
		switch {
		case err != nil:
			v.gateway.Count("DedupeBypassed")
			v.gateway.Log.WarnContext(ctx, "the table cannot be reached", "error", err)
			return nil, true
		case state == store.Acquired:
			return nil, true
		case state == store.Completed:
			return stored, false
		}
		select {
		case <-time.After(twinPause):
		case <-ctx.Done():
			return nil, false
		}
	}
}

// publishClick puts the click on the bus. A click that is lost there is not
// delivered again, so it is counted.
func (v *visit) publishClick(ctx context.Context, app *store.App) {
	if err := v.put(ctx, app); err != nil {
		v.gateway.Count("ClickLost")
		v.gateway.Log.ErrorContext(ctx, "the click is not on the bus", "event_id", v.event.ID, "error", err)
	}
}

// ask returns the answer of the app's handler, or the fallback.
func (v *visit) ask(ctx context.Context, app *store.App, cb *lark.Callback) []byte {
	start := v.gateway.Now()
	reply, err := v.gateway.Cards.Answer(ctx, app, v.event)
	if errors.Is(err, ErrNoHandler) {
		v.outcome = "no handler"
		return v.fallback(app)
	}
	v.took(&v.handling, start)
	var answer []byte
	switch {
	case err == nil && reply == nil:
		answer = accepted().Body
	case err == nil:
		if answer, err = reply.Encode(cb.OldCard); err != nil {
			err = fmt.Errorf("the handler's answer cannot be used: %w", err)
		}
	}
	if err != nil {
		v.gateway.Count("CardFallback")
		v.outcome, v.err = "fallback", err
		return v.fallback(app)
	}
	v.outcome = "answered"
	return answer
}

// fallback is the toast of the settings, which has no place in a link preview.
func (v *visit) fallback(app *store.App) []byte {
	if v.event.Type == lark.TypeURLPreview {
		return accepted().Body
	}
	return toast(app.CardToast).Body
}
