// Package stream shows a text in a chat while it is written: a card of CardKit whose
// text grows, and which is closed when the text is complete. A text too long for one
// card goes on in a next one, which is a reply to the first.
//
// Any number of instances may write to one stream. What they share is one document of
// the store. A change of a card gets its sequence number by a conditional write of that
// document, together with the place of its text in the order of texts. So no two
// changes have the same number, a higher number has a later text, and Lark, which takes
// only growing numbers, drops what has been overtaken.
package stream

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Client calls Lark as an app; [lark.Client] does.
type Client interface {
	Do(ctx context.Context, call lark.Call) (*lark.Result, error)
}

// Store keeps documents with a version; [store.Table] does.
type Store interface {
	Document(ctx context.Context, key string) (doc []byte, version int64, err error)
	Replace(ctx context.Context, key string, doc []byte, seen int64, ttl time.Duration) (bool, error)
}

const (
	// Pace is the least time between two updates of a stream. Lark takes 1,000 calls a
	// minute of an app (cardkit-v1/card-element/content); its client types the text out
	// between two updates.
	Pace = 500 * time.Millisecond
	// stateTTL is how long a stream is known: as long as a message can be in a queue and
	// then in its dead-letter queue, and be put back. A card entity lives 14 days.
	stateTTL = 15 * 24 * time.Hour
)

// Update is the text of a stream as it is now.
type Update struct {
	Key       string        // of the stream's document in the store
	To        lark.Receiver // of the first card
	TenantKey string        // for marketplace apps
	// Text is all of the text so far, in the Markdown that cards take.
	Text string
	// Plain is the same text for a message that is no card.
	Plain string
	// Seq orders the updates; 0 is unknown: then a shorter text is an older one.
	Seq int64
	// Done reports that the text is complete.
	Done bool
	// Frame is the card that shows the text, see [CheckFrame]; nil is that of the update
	// before, or a card that has nothing but the text. Another one than before is shown
	// when the text is complete.
	Frame json.RawMessage
	// Queued is when the update was put into a queue; zero means that somebody waits for
	// the result.
	Queued time.Time
}

// Result says what has become of an update.
type Result struct {
	// MessageID is the message that shows the beginning of the text.
	MessageID string `json:"message_id,omitempty"`
	// MessageIDs are all messages that show the text, in order, if there are several.
	MessageIDs []string `json:"message_ids,omitempty"`
	// Shown reports whether this update has changed a card or sent a message. A later
	// update shows the text of one that was not shown.
	Shown bool `json:"shown"`
	// Closed reports whether the whole text is shown and nothing changes any more.
	Closed bool `json:"closed"`
	// Fallback is why the text is in a plain message instead of a card.
	Fallback string `json:"fallback,omitempty"`
}

// Writer shows the texts of streams. It is safe for concurrent use.
type Writer struct {
	Store Store
	Now   func() time.Time

	mu    sync.Mutex
	turns map[string]*turn
}

// Write shows an update, unless a later one is shown already, or comes before this one
// has its turn. It returns without a call to Lark if the stream has been updated less
// than [Pace] ago and the update has waited in a queue; else it waits for its turn. An
// update that is done is shown without a wait.
//
// An update that cannot be shown although the stream has a card is no error: a later one
// shows its text too. If it is done, the error says whether it may work later; then it
// must be repeated.
func (w *Writer) Write(ctx context.Context, client Client, u Update) (Result, error) {
	leave, err := w.enter(ctx, u)
	if err != nil {
		return Result{}, err
	}
	defer leave()
	x := &writing{Writer: w, client: client, update: u}
	for {
		retry, err := x.try(ctx)
		if err != nil || !retry {
			return x.result(), err
		}
	}
}

// turn lets the updates of one stream in this process go one after the other.
type turn struct {
	free   chan struct{} // holds one value while nobody has the turn
	users  int
	newest place
}

// enter waits until no other update of the stream is being written in this process.
func (w *Writer) enter(ctx context.Context, u Update) (leave func(), err error) {
	w.mu.Lock()
	if w.turns == nil {
		w.turns = map[string]*turn{}
	}
	t := w.turns[u.Key]
	if t == nil {
		t = &turn{free: make(chan struct{}, 1)}
		t.free <- struct{}{}
		w.turns[u.Key] = t
	}
	t.users++
	if u.place().after(t.newest) {
		t.newest = u.place()
	}
	w.mu.Unlock()
	done := func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if t.users--; t.users == 0 {
			delete(w.turns, u.Key)
		}
	}
	select {
	case <-t.free:
		return func() { t.free <- struct{}{}; done() }, nil
	case <-ctx.Done():
		done()
		return nil, &lark.Error{Kind: lark.KindTransport, Retryable: true, Msg: "waiting for another update of the stream: " + ctx.Err().Error()}
	}
}

// overtaken reports whether a later update of the stream waits in this process.
func (w *Writer) overtaken(u Update) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.turns[u.Key].newest.after(u.place())
}
