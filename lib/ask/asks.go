package ask

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Documents keeps questions; [store.Table] does.
type Documents interface {
	Document(ctx context.Context, key string) (doc []byte, version int64, err error)
	Replace(ctx context.Context, key string, doc []byte, seen int64, ttl time.Duration) (bool, error)
}

// Queue puts a request into the queue of the function send, which gets it when the
// delay is over or soon after; [cloud.SendQueue] does.
type Queue interface {
	Send(ctx context.Context, body []byte, delay time.Duration) error
}

// Workflows ends steps of workflows; [cloud.Workflows] does. The error of a step
// that no longer waits, and of any call that certainly had no effect, has a method
// ErrorCode, which returns AWS's code.
type Workflows interface {
	Succeed(ctx context.Context, step Step, output []byte) error
	Fail(ctx context.Context, step Step, name, cause string) error
}

// Lark makes a call of the open platform; [lark.Client] does.
type Lark interface {
	Do(ctx context.Context, call lark.Call) (*lark.Result, error)
}

// Asks keeps the questions of a stack. All fields are required.
type Asks struct {
	Documents Documents
	Queue     Queue
	Workflows Workflows
	// Publish puts the detail of an event Lark Answer Received on the bus.
	Publish func(ctx context.Context, detail []byte) error
	Now     func() time.Time
}

// Times of a question.
const (
	// kept is how long a question is kept after its time is over.
	kept = 7 * 24 * time.Hour
	// checkDelay is how long after a change a question is checked: by then every
	// earlier click has had its answer, because Lark waits 3 s for one, so that the
	// card which the check sets is the last one.
	checkDelay = 5 * time.Second
	// maxWait is the longest that a message waits in the queue: it is delivered twice
	// meanwhile, of the ten times that the queue allows.
	maxWait = 12 * time.Hour
	// retryAfter is when a question is checked that could not be settled, beside the
	// deliveries that the queue makes by itself.
	retryAfter = time.Hour
)

// ErrUnknown says that there is no question under an id, or no longer.
var ErrUnknown = errors.New("there is no question with this ask_id: it is kept for a week after its end")

// key is where the table keeps a question.
func key(app, id string) string { return "ask#" + app + "#" + id }

// load returns a question and its version.
func (a *Asks) load(ctx context.Context, app, id string) (*Question, int64, error) {
	doc, version, err := a.Documents.Document(ctx, key(app, id))
	if err != nil {
		return nil, 0, fmt.Errorf("reading the question: %w", err)
	}
	if version == 0 {
		return nil, 0, ErrUnknown
	}
	q, err := decode(doc)
	return q, version, err
}

// update changes a question until nobody else has changed it at the same time, and
// returns it as it is then. change reports whether there is anything to write; it
// is called with the question as it is now, and has to recognise its own change,
// since a write whose answer was lost may have worked.
func (a *Asks) update(ctx context.Context, app, id string, change func(*Question) (bool, error)) (*Question, error) {
	for {
		q, version, err := a.load(ctx, app, id)
		if err != nil {
			return nil, err
		}
		changed, err := change(q)
		if err != nil || !changed {
			return q, err
		}
		written, err := a.replace(ctx, q, version)
		if err != nil || written {
			return q, err
		}
	}
}

// replace writes a question if its version is still the one that was seen.
func (a *Asks) replace(ctx context.Context, q *Question, seen int64) (bool, error) {
	doc, err := q.encode()
	if err != nil {
		return false, err
	}
	written, err := a.Documents.Replace(ctx, key(q.App, q.ID), doc, seen, q.Expires.Add(kept).Sub(a.Now()))
	if err != nil {
		return false, fmt.Errorf("writing the question: %w", err)
	}
	return written, nil
}

// schedule puts a message into the queue that checks a question after a delay.
func (a *Asks) schedule(ctx context.Context, q *Question, delay time.Duration) error {
	type check struct {
		Check string `json:"check"`
	}
	doc, err := json.Marshal(struct {
		App       string    `json:"app"`
		TenantKey string    `json:"tenant_key,omitempty"`
		NotBefore time.Time `json:"not_before"`
		Ask       check     `json:"ask"`
	}{q.App, q.TenantKey, a.Now().Add(delay).UTC(), check{q.ID}})
	if err != nil {
		return fmt.Errorf("encoding the check: %w", err)
	}
	if err := a.Queue.Send(ctx, doc, delay); err != nil {
		return fmt.Errorf("queueing the check of the question: %w", err)
	}
	return nil
}

// Ask asks a question: it records it, sends its card and returns it with the id of
// the message. What is asked twice under one id is asked once. uuid is the id by
// which Lark recognises the message.
func (a *Asks) Ask(ctx context.Context, client Lark, to lark.Receiver, spec Question, uuid string) (*Question, error) {
	q, _, err := a.load(ctx, spec.App, spec.ID)
	if errors.Is(err, ErrUnknown) {
		q, err = a.begin(ctx, spec)
	}
	switch {
	case err != nil:
		return nil, err
	case q.State == Unsent:
		return nil, &lark.Error{Kind: lark.KindValidation, Msg: "Lark has refused the card of this question before"}
	case q.MessageID != "":
		return q, nil
	}
	call, err := lark.MessageCall(to, lark.Raw{MsgType: lark.MsgInteractive, Content: q.Card()}, uuid)
	if err != nil {
		return nil, fmt.Errorf("making the call of the question: %w", err)
	}
	call.TenantKey = q.TenantKey
	res, err := client.Do(ctx, call)
	switch {
	case final(err):
		return nil, errors.Join(err, a.stop(ctx, q.App, q.ID, Unsent))
	case err != nil:
		return nil, err
	}
	var sent lark.SentMessage
	if err := json.Unmarshal(res.Data, &sent); err != nil {
		return nil, fmt.Errorf("reading the id of the question's message: %w", err)
	}
	return a.update(ctx, q.App, q.ID, func(q *Question) (bool, error) {
		if q.MessageID == sent.MessageID {
			return false, nil
		}
		q.MessageID = sent.MessageID
		if q.State == Open {
			return true, nil
		}
		return true, a.schedule(ctx, q, checkDelay) // which sets the card
	})
}

// final reports whether a call has failed in a way that neither time nor an
// operator mends.
func final(err error) bool {
	var e *lark.Error
	return errors.As(err, &e) && !e.Retryable && e.Kind != lark.KindAuth && e.Kind != lark.KindPermission && e.Kind != lark.KindQuota
}

// begin records a question. Before it, the first check is in the queue.
func (a *Asks) begin(ctx context.Context, q Question) (*Question, error) {
	now := a.Now()
	q.open(now)
	q.Wake = q.nextWake(now)
	if err := a.schedule(ctx, &q, q.Wake.Sub(now)); err != nil {
		return nil, err
	}
	written, err := a.replace(ctx, &q, 0)
	if err != nil || written {
		return &q, err
	}
	recorded, _, err := a.load(ctx, q.App, q.ID) // by another attempt at the same request
	return recorded, err
}

// stop ends an open question without an answer.
func (a *Asks) stop(ctx context.Context, app, id string, state State) error {
	_, err := a.update(ctx, app, id, func(q *Question) (bool, error) {
		if q.State != Open {
			return false, nil
		}
		q.end(state, a.Now())
		return true, a.schedule(ctx, q, checkDelay)
	})
	return err
}

// Withdraw ends a question that is still open, and returns it as it is then.
func (a *Asks) Withdraw(ctx context.Context, client Lark, app, id string) (*Question, error) {
	if err := a.stop(ctx, app, id, Withdrawn); err != nil {
		return nil, err
	}
	return a.Check(ctx, client, app, id)
}

// Check does what is due for a question, and returns it as it is then: it ends one
// whose time is over, reports its result to the workflow, publishes answers, sets
// the card, reminds people, and queues the next check. It can be called at any time
// and any number of times. After an error it has to be called again.
func (a *Asks) Check(ctx context.Context, client Lark, app, id string) (*Question, error) {
	q, err := a.update(ctx, app, id, func(q *Question) (bool, error) {
		if !q.expire(a.Now()) {
			return false, nil
		}
		return true, a.schedule(ctx, q, checkDelay)
	})
	if err != nil {
		return nil, err
	}
	failed := errors.Join(a.report(ctx, q), a.publish(ctx, q), a.remind(ctx, client, q), a.show(ctx, client, app, id))
	q, err = a.wake(ctx, app, id)
	return q, errors.Join(failed, err)
}

// wake makes sure that a message of the queue checks the question later, unless it
// is settled.
func (a *Asks) wake(ctx context.Context, app, id string) (*Question, error) {
	return a.update(ctx, app, id, func(q *Question) (bool, error) {
		now := a.Now()
		next := q.nextWake(now)
		if q.settled() || q.Wake.After(now) && !q.Wake.After(next) {
			return false, nil
		}
		q.Wake = next
		return true, a.schedule(ctx, q, next.Sub(now))
	})
}

// publish puts the answers on the bus that are not there yet.
func (a *Asks) publish(ctx context.Context, q *Question) error {
	if len(q.Unpublished) == 0 {
		return nil
	}
	for _, e := range q.Unpublished {
		doc, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encoding the answer: %w", err)
		}
		if err := a.Publish(ctx, doc); err != nil {
			return fmt.Errorf("publishing the answer: %w", err)
		}
	}
	_, err := a.update(ctx, q.App, q.ID, func(now *Question) (bool, error) {
		before := len(now.Unpublished)
		now.Unpublished = slices.DeleteFunc(now.Unpublished, func(e event) bool { return slices.Contains(q.Unpublished, e) })
		return len(now.Unpublished) != before, nil
	})
	return err
}

// show sets the card to what the question is, once every earlier click has had its
// answer. A card that Lark lets nobody change any more is left as it is.
func (a *Asks) show(ctx context.Context, client Lark, app, id string) error {
	q, _, err := a.load(ctx, app, id)
	if err != nil || q.shown() || q.changed().Add(checkDelay).After(a.Now()) {
		return err
	}
	call, err := patchCall(q)
	if err != nil {
		return err
	}
	_, err = client.Do(ctx, call)
	if err != nil && !final(err) {
		return fmt.Errorf("setting the card: %w", err)
	}
	_, err = a.update(ctx, app, id, func(now *Question) (bool, error) {
		changed := now.Shown < q.Revision
		now.Shown = max(now.Shown, q.Revision)
		return changed, nil
	})
	return err
}

// patchCall returns the call that sets the card of a question
// (im-v1/message-card/patch).
func patchCall(q *Question) (lark.Call, error) {
	body, err := json.Marshal(map[string]string{"content": string(q.Card())})
	if err != nil {
		return lark.Call{}, fmt.Errorf("encoding the card: %w", err)
	}
	return lark.Call{
		Method: http.MethodPatch, Path: "im/v1/messages/:message_id", PathParams: map[string]string{"message_id": q.MessageID},
		TenantKey: q.TenantKey, Body: body,
	}, nil
}

// remind sends a reminder that is due, as a reply in the thread of the card.
func (a *Asks) remind(ctx context.Context, client Lark, q *Question) error {
	at, ok := q.reminder()
	if !ok || at.After(a.Now()) || q.MessageID == "" {
		return nil
	}
	call, err := lark.MessageCall(lark.ReplyTo(q.MessageID).InThread(), q.reminderText(), fmt.Sprintf("%.40s-r%d", q.ID, q.Reminders+1))
	if err != nil {
		return fmt.Errorf("making the call of the reminder: %w", err)
	}
	call.TenantKey = q.TenantKey
	_, err = client.Do(ctx, call)
	if err != nil && !final(err) {
		return fmt.Errorf("sending the reminder: %w", err)
	}
	_, err = a.update(ctx, q.App, q.ID, func(now *Question) (bool, error) {
		changed := now.Reminders == q.Reminders
		now.Reminders = max(now.Reminders, q.Reminders+1)
		return changed, nil
	})
	return err
}
