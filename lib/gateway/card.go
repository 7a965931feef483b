package gateway

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/internal/wait"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/store"
)

// claimPoll is the pause between two claims of a click that another instance is
// answering.
const claimPoll = 100 * time.Millisecond

// answerCard answers a click and puts it on the bus, both at the same time. Whatever
// fails, the answer is one that Lark accepts, so that the user sees no error.
func (r *request) answerCard(ctx context.Context, app *store.App, cb *lark.Callback) Reply {
	budget, cancel := beforeReserve(ctx)
	defer cancel()
	key := store.EventKey(app.AppID, r.outcome.Event.Key)
	answer, acquired, err := r.claimClick(budget, key)
	switch {
	case err != nil && r.gateway.FailClosed:
		r.outcome.Result = NoTable
		return refusal(http.StatusServiceUnavailable)
	case !acquired:
		r.outcome.Result = Duplicate
		if answer == nil {
			answer = r.fallback(app)
		}
		return Reply{http.StatusOK, inStyle(answer, cb.OldCard)}
	}
	var publishing sync.WaitGroup
	var putErr error
	publishing.Go(func() { putErr = r.put(budget, app) })
	answer = r.answer(budget, app, cb.Event)
	publishing.Wait()
	if putErr != nil {
		r.outcome.Report(metric.ClickLost, "the click is not on the bus", putErr)
	}
	if err := r.complete(ctx, key, answer); err != nil {
		r.outcome.Report(metric.MarkFailed, "the click's answer is not kept", err)
	}
	return Reply{http.StatusOK, inStyle(answer, cb.OldCard)}
}

// inStyle returns an answer in the style of the click. Answers are stored in the new
// style, because an app that has subscribed to both styles gets a click in each of them.
func inStyle(answer []byte, old bool) []byte {
	if !old {
		return answer
	}
	reply, err := lark.ParseCardReply(answer)
	if err != nil || reply.Card == nil {
		return answer // a toast is the same in both styles
	}
	if answer, err = reply.Encode(true); err != nil {
		return accepted().Body
	}
	return answer
}

// claimClick claims the click and reports whether this instance is to answer it. If
// another delivery of the click has been answered, it returns that answer. While another
// instance is answering it, claimClick waits, and returns nil when ctx ends. The error is
// not nil when the table cannot be reached.
func (r *request) claimClick(ctx context.Context, key string) (answer []byte, acquired bool, err error) {
	defer r.observe(&r.claiming, r.gateway.Now())
	owner := rand.Text()
	for {
		state, result, err := r.claim(ctx, key, owner)
		switch {
		case err != nil:
			r.outcome.Report(metric.DedupeBypassed, "the table cannot be reached", err)
			return nil, true, err
		case state == store.Acquired:
			return nil, true, nil
		case state == store.Completed:
			return result, false, nil
		}
		if wait.Sleep(ctx, claimPoll) != nil {
			return nil, false, nil
		}
	}
}

// answer returns the answer of the app's handler in the new style, or the fallback, which
// is the same in both styles.
func (r *request) answer(ctx context.Context, app *store.App, ev *lark.Event) []byte {
	start := r.gateway.Now()
	reply, err := r.gateway.Cards.Answer(ctx, app, ev)
	if errors.Is(err, ErrNoHandler) {
		r.outcome.Result = NoHandler
		return r.fallback(app)
	}
	r.observe(&r.handling, start)
	answer, unusable := encode(reply)
	if err == nil && unusable == nil {
		r.outcome.Result = Answered
		return answer
	}
	r.outcome.Add(metric.CardFallback)
	r.outcome.Result, r.outcome.Err = Fallback, cmp.Or(err, unusable)
	if reply != nil && unusable == nil {
		return answer
	}
	return r.fallback(app)
}

// encode writes a reply in the new style; nil changes nothing.
func encode(reply *lark.CardReply) ([]byte, error) {
	if reply == nil {
		reply = &lark.CardReply{}
	}
	answer, err := reply.Encode(false)
	if err != nil {
		return nil, fmt.Errorf("the handler's answer cannot be used: %w", err)
	}
	return answer, nil
}

// fallback returns the toast of the app's settings. Link previews and profiles have no
// toast.
func (r *request) fallback(app *store.App) []byte {
	if r.outcome.Event.Type != lark.TypeCardAction {
		return accepted().Body
	}
	return toast(app.CardToast).Body
}
