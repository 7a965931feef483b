package ask

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/internal/wait"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Click is a click on a choice of a question.
type Click struct {
	ID        string // the same for each delivery of the click
	AskID     string
	Choice    string
	Comment   string
	OpenID    string // of who clicked
	MessageID string // of the card that was clicked
}

// The fields of a button's value, and of the form with the comment.
const (
	valueAsk     = "larkbridge_ask"
	valueChoice  = "choice"
	fieldComment = "comment"
)

// ClickOf returns the click on a question's card that a click is, and reports
// whether it is one.
func ClickOf(click *lark.Click) (Click, bool) {
	var value map[string]any
	if click.Type != lark.TypeCardAction || click.Action.Bind(&value) != nil {
		return Click{}, false
	}
	id, _ := value[valueAsk].(string)
	choice, _ := value[valueChoice].(string)
	sum := sha256.Sum256([]byte(click.Event.Key))
	return Click{
		ID: hex.EncodeToString(sum[:8]), AskID: id, Choice: choice,
		Comment: strings.TrimSpace(strings.Join(click.Action.FormValue[fieldComment], " ")),
		OpenID:  click.Operator.OpenID, MessageID: click.Context.OpenMessageID,
	}, ValidID(id)
}

// ValidID reports whether a question can have the id.
func ValidID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}

// retryPause is how long a click waits before it reads or writes a question again
// that could not be read or written.
const retryPause = 100 * time.Millisecond

// Answer records the answer that a click on a card gives, and returns what Lark
// shows. It reports the result to the workflow if there is time; else a check does
// that. With an error, the reply says that the answer is not recorded: it may be,
// and then the card is set later.
func (a *Asks) Answer(ctx context.Context, app string, click Click) (*lark.CardReply, error) {
	for {
		q, verdict, err := a.record(ctx, app, click)
		switch {
		case errors.Is(err, ErrUnknown):
			return notice("info", textUnknown), nil
		case err == nil:
			return a.reply(ctx, q, verdict), nil
		case wait.Sleep(ctx, retryPause) != nil:
			return notice("error", textNotRecorded), err
		}
	}
}

// record writes the answer that a click gives, unless it gives none. Before it
// writes, a check of the question is in the queue.
func (a *Asks) record(ctx context.Context, app string, click Click) (q *Question, verdict Verdict, err error) {
	q, err = a.update(ctx, app, click.AskID, func(q *Question) (bool, error) {
		state, message := q.State, q.MessageID
		verdict = q.answer(click, a.Now())
		if verdict != Counts && q.State == state && q.MessageID == message {
			return false, nil
		}
		if verdict == Counts && q.Report == Pending {
			q.Unsure = 1 // the call that follows
		}
		return true, a.schedule(ctx, q, checkDelay)
	})
	if err != nil {
		return nil, verdict, fmt.Errorf("recording the answer: %w", err)
	}
	return q, verdict, nil
}

// reply does what follows from a click, as far as time allows, and returns what
// Lark shows. A card is part of it if it is new or will not change any more; any
// other could come after the card that a check sets.
func (a *Asks) reply(ctx context.Context, q *Question, verdict Verdict) *lark.CardReply {
	if verdict == Counts {
		q = a.follow(ctx, q)
	}
	reply := verdict.toast()
	if verdict == Counts || q.settled() {
		if reply == nil {
			reply = &lark.CardReply{}
		}
		reply.Card = &lark.CardBody{Type: "raw", Data: q.Card()}
	}
	return reply
}

// follow reports the result of a question that has ended just now, and publishes
// the answer. A check does what fails here.
func (a *Asks) follow(ctx context.Context, q *Question) *Question {
	if q.Report == Pending {
		_ = a.callWorkflow(ctx, q)
	}
	_ = a.publish(ctx, q)
	if now, _, err := a.load(ctx, q.App, q.ID); err == nil {
		return now
	}
	return q
}
