package stream

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Key returns the key of a stream's document in the store: an app has the streams of each
// of its tenants apart.
func Key(app, tenant, id string) string { return "str#" + app + "#" + tenant + "#" + id }

// place is where an update stands in the order of a stream's updates.
type place struct {
	Seq    int64 `json:"seq,omitempty"`
	Length int   `json:"length"` // of the text, in characters
	Done   bool  `json:"done,omitempty"`
}

func (u Update) place() place { return place{u.Seq, utf8.RuneCountInString(u.Text), u.Done} }

// after reports whether an update comes after another one.
func (p place) after(other place) bool {
	switch {
	case p.Done != other.Done:
		return p.Done
	case p.Seq != 0 && other.Seq != 0:
		return p.Seq > other.Seq
	}
	return p.Length > other.Length
}

// state is the document of a stream.
type state struct {
	Cards []cardState `json:"cards,omitempty"`
	// Frame is the card around the text, nil for none.
	Frame json.RawMessage `json:"frame,omitempty"`
	// Last is the place of the latest text that has had a sequence number.
	Last place `json:"last"`
	// Final identifies the whole text, "" until an update is done.
	Final string `json:"final,omitempty"`
	// NextUpdate is when the next update may be made, in Unix milliseconds.
	NextUpdate int64 `json:"next_update,omitempty"`
	// Refused reports that Lark refuses changes of the last card: the next one replaces
	// all of it, when the text is complete.
	Refused bool `json:"refused,omitempty"`
	// Fallback is why the text goes into a plain message, "" as long as it does not.
	Fallback string `json:"fallback,omitempty"`
	PlainID  string `json:"plain_id,omitempty"` // of that message
	Closed   bool   `json:"closed,omitempty"`
}

// cardState is one card of a stream.
type cardState struct {
	ID        string `json:"id"`
	MessageID string `json:"message_id,omitempty"`
	Sent      bool   `json:"sent,omitempty"`
	Sequence  int    `json:"sequence"` // the last one that was given to a change
	Closed    bool   `json:"closed,omitempty"`
	Text      string `json:"text,omitempty"` // identifies what it was closed with
	Frame     string `json:"frame"`          // identifies the frame that it shows
}

// writing is one update while it is written.
type writing struct {
	*Writer
	client  Client
	update  Update
	state   state
	version int64
	unsaved bool // the state has what the store has not
	shown   bool
	redone  int // how often the update was overtaken although it is done
}

// load reads the state of the stream.
func (x *writing) load(ctx context.Context) error {
	doc, version, err := x.Store.Document(ctx, x.update.Key)
	x.state = state{}
	if err == nil && version > 0 {
		err = json.Unmarshal(doc, &x.state)
	}
	x.version, x.unsaved = version, false
	return storeError("reading the state of the stream", err)
}

// save writes the state. Its error is errChanged if somebody else has written it since it
// was read.
func (x *writing) save(ctx context.Context) error {
	doc, err := json.Marshal(x.state)
	if err != nil {
		return storeError("encoding the state of the stream", err)
	}
	saved, err := x.Store.Replace(ctx, x.update.Key, doc, x.version, stateTTL)
	switch {
	case err != nil:
		return storeError("writing the state of the stream", err)
	case !saved:
		return errChanged
	}
	x.version++
	x.unsaved = false
	return nil
}

// reserve gives the next n sequence numbers of a card to the update and returns the
// first. Its error is errChanged if somebody else has written the state meanwhile.
func (x *writing) reserve(ctx context.Context, card, n int) (first int, err error) {
	c := &x.state.Cards[card]
	first = c.Sequence + 1
	c.Sequence += n
	x.record()
	return first, x.save(ctx)
}

// record notes in the state that the update is the latest.
func (x *writing) record() {
	x.state.Last = x.update.place()
	x.state.NextUpdate = x.Now().Add(Pace).UnixMilli()
	if x.update.Frame != nil {
		x.state.Frame = x.update.Frame
	}
	if x.update.Done {
		x.state.Final = identify(x.update.Text)
	}
}

// wait returns how long it is until the next update.
func (s *state) wait(now time.Time) time.Duration {
	return time.UnixMilli(s.NextUpdate).Sub(now)
}

// result returns what has become of the update.
func (x *writing) result() Result {
	s := &x.state
	r := Result{Shown: x.shown, Closed: s.Closed, Fallback: s.Fallback, MessageID: s.PlainID}
	var messageIDs []string
	for _, c := range s.Cards {
		if c.MessageID != "" {
			messageIDs = append(messageIDs, c.MessageID)
		}
	}
	if r.MessageID == "" && len(messageIDs) > 0 {
		r.MessageID = messageIDs[0]
	}
	if len(messageIDs) > 1 {
		r.MessageIDs = messageIDs
	}
	return r
}

// identify returns a short name for a text.
func identify(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:10])
}

// storeError makes an error of the store one that may work later.
func storeError(doing string, err error) error {
	if err == nil {
		return nil
	}
	return &lark.Error{Kind: lark.KindTransport, Retryable: true, Msg: doing + ": " + err.Error()}
}
