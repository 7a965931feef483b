// Package ask keeps questions to people whose answers complete a step of a
// workflow: who may answer, what ends a question, and what has to follow.
//
// A [Question] is a document in the table. [Asks] changes it by conditional
// writes, so that of two people who click at the same moment one decides. Before a
// write that something has to follow, a message that calls [Asks.Check] is put
// into the queue of the function send; so what follows happens even if the
// function ends right after the write.
package ask

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Question is a question to people, with its answers so far.
type Question struct {
	ID          string    `json:"id"`
	App         string    `json:"app"`
	TenantKey   string    `json:"tenant_key,omitempty"`
	Title       string    `json:"title"`
	Text        string    `json:"text,omitempty"` // Lark's Markdown
	Choices     []Choice  `json:"choices"`
	Comment     bool      `json:"comment,omitempty"` // the card has a field for a comment
	Who         []string  `json:"who,omitempty"`     // open ids; nil is everybody who sees the card
	Quorum      int       `json:"quorum"`            // how many people must give the same answer
	Life        Seconds   `json:"life"`              // how long it can be answered
	Asked       time.Time `json:"asked"`
	Expires     time.Time `json:"expires"`
	RemindEvery Seconds   `json:"remind_every,omitempty"` // 0 is never
	Step        Step      `json:"-"`                      // see stored

	MessageID string    `json:"message_id,omitempty"` // of the card, "" until it is sent
	Answers   []Answer  `json:"answers,omitempty"`    // the last one of each person, in order of time
	State     State     `json:"state"`
	Ended     time.Time `json:"ended,omitzero"`
	Report    Report    `json:"report,omitempty"`
	// Clicks identifies the clicks that have counted, so that a second delivery of
	// one changes nothing.
	Clicks []string `json:"clicks,omitempty"`
	// Unpublished are the events that are not on the bus yet.
	Unpublished []event `json:"unpublished,omitempty"`
	// Unsure is the number of calls that report the result to the workflow and of
	// which nobody knows yet whether they worked.
	Unsure    int       `json:"unsure,omitempty"`
	Reminders int       `json:"reminders,omitempty"` // sent so far
	Revision  int       `json:"revision"`            // counts what changes the card
	Shown     int       `json:"shown"`               // the revision that the card has been set to
	Wake      time.Time `json:"wake,omitzero"`       // when the next message of the queue is due
}

// Choice is one of the answers that a question offers.
type Choice struct {
	Label string           `json:"label"`
	Value string           `json:"value"`
	Style lark.ButtonStyle `json:"style,omitempty"`
	Ends  bool             `json:"ends,omitempty"` // one such answer ends the question, whatever the quorum
}

// Step is the step of a workflow that waits for the answer: at most one of the two
// is set.
type Step struct {
	TaskToken  lark.Secret // of a task of Step Functions
	CallbackID lark.Secret // of a durable function of Lambda
}

// Answer is what one person has answered.
type Answer struct {
	Choice  string    `json:"choice"`
	Comment string    `json:"comment,omitempty"`
	By      Person    `json:"by"`
	At      time.Time `json:"at"`
}

// Person is a user of Lark.
type Person struct {
	OpenID string `json:"open_id"`
	Name   string `json:"name,omitempty"`
}

// State says whether a question is open, or how it has ended.
type State string

// The states of a question.
const (
	Open      State = "open"
	Answered  State = "answered"
	Expired   State = "expired"
	Withdrawn State = "withdrawn"
	Unsent    State = "unsent" // Lark has refused the card
)

// Report says whether the workflow has the result of a question.
type Report string

// The reports. A question to which no step waits has none.
const (
	Pending  Report = "pending"  // it is still to be reported
	Accepted Report = "accepted" // the workflow has it
	Rejected Report = "rejected" // the step no longer waited: it had timed out or been ended by others
	Unclear  Report = "unclear"  // one of several calls may have worked before the step ended
)

// Seconds is a duration in whole seconds.
type Seconds int

// Duration returns the duration.
func (s Seconds) Duration() time.Duration { return time.Duration(s) * time.Second }

// MaxReminders is how often people are reminded of a question.
const MaxReminders = 3

// stored is a question as the table keeps it. The token is in it and nowhere else.
type stored struct {
	Question
	TaskToken  string `json:"task_token,omitempty"`
	CallbackID string `json:"callback_id,omitempty"`
}

func (q *Question) encode() ([]byte, error) {
	doc, err := json.Marshal(stored{*q, q.Step.TaskToken.Reveal(), q.Step.CallbackID.Reveal()})
	if err != nil {
		return nil, fmt.Errorf("encoding the question: %w", err)
	}
	return doc, nil
}

func decode(doc []byte) (*Question, error) {
	var s stored
	if err := json.Unmarshal(doc, &s); err != nil {
		return nil, fmt.Errorf("reading the question %s: %w", s.ID, err)
	}
	s.Step = Step{lark.Secret(s.TaskToken), lark.Secret(s.CallbackID)}
	return &s.Question, nil
}

// open begins a question at the time now.
func (q *Question) open(now time.Time) {
	q.State, q.Revision, q.Shown = Open, 1, 1
	q.Asked, q.Expires = now.UTC(), now.UTC().Add(q.Life.Duration())
}

// end ends a question.
func (q *Question) end(state State, now time.Time) {
	q.State, q.Ended = state, now
	q.Revision++
	if q.Step != (Step{}) {
		q.Report = Pending
	}
}

// expire ends a question whose time is over, and reports whether it has.
func (q *Question) expire(now time.Time) bool {
	if q.State != Open || now.Before(q.Expires) {
		return false
	}
	q.end(Expired, now)
	return true
}

// Verdict is what a click does to a question.
type Verdict int

// The verdicts.
const (
	Counts     Verdict = iota // it is recorded as the person's answer
	Repeated                  // the person has answered this already
	NotAllowed                // the person may not answer
	TooLate                   // the question has ended
	NotHere                   // the click is not on this question's card
)

// answer records a click at the time now, and reports what it does. It changes the
// question if the click counts, if the time is over, or if nobody has recorded the
// message yet that the card is in: the function that sent it may have ended first.
func (q *Question) answer(c Click, now time.Time) Verdict {
	choice := slices.IndexFunc(q.Choices, func(choice Choice) bool { return choice.Value == c.Choice })
	q.MessageID = cmp.Or(q.MessageID, c.MessageID)
	switch {
	case choice < 0 || c.MessageID != q.MessageID:
		return NotHere
	case c.OpenID == "" || len(q.Who) > 0 && !slices.Contains(q.Who, c.OpenID):
		return NotAllowed
	case slices.Contains(q.Clicks, c.ID):
		return Repeated
	case q.expire(now) || q.State != Open:
		return TooLate
	}
	a := Answer{Choice: c.Choice, Comment: lark.Truncate(c.Comment, MaxComment), By: Person{OpenID: c.OpenID}, At: now.UTC()}
	before := slices.IndexFunc(q.Answers, func(a Answer) bool { return a.By.OpenID == c.OpenID })
	if before >= 0 {
		if old := q.Answers[before]; old.Choice == a.Choice && old.Comment == a.Comment {
			return Repeated
		}
		q.Answers = slices.Delete(q.Answers, before, before+1)
	}
	q.Answers = append(q.Answers, a)
	if q.Choices[choice].Ends || q.count(c.Choice) >= q.Quorum {
		q.end(Answered, now)
	} else {
		q.Revision++
	}
	q.Clicks = append(q.Clicks[max(0, len(q.Clicks)-maxClicks+1):], c.ID)
	q.Unpublished = append(q.Unpublished, event{q.App, q.ID, q.MessageID, q.Title, q.State, a})
	return Counts
}

// maxClicks is how many clicks a question remembers.
const maxClicks = 200

// count returns how many people have given an answer.
func (q *Question) count(choice string) (n int) {
	for _, a := range q.Answers {
		if a.Choice == choice {
			n++
		}
	}
	return n
}

// nextWake returns when the question has to be checked next: at its end, for a
// reminder, or after the longest time that a message of the queue waits.
func (q *Question) nextWake(now time.Time) time.Time {
	if q.State != Open {
		return now.Add(retryAfter)
	}
	next := now.Add(maxWait)
	if q.Expires.Before(next) {
		next = q.Expires
	}
	if at, ok := q.reminder(); ok && at.Before(next) {
		next = at
	}
	return next
}

// reminder returns when people are reminded next, and reports whether they are.
func (q *Question) reminder() (time.Time, bool) {
	at := q.Asked.Add(time.Duration(q.Reminders+1) * q.RemindEvery.Duration())
	return at, q.State == Open && q.RemindEvery > 0 && q.Reminders < MaxReminders && at.Before(q.Expires)
}

// settled reports whether nothing has to follow any more.
func (q *Question) settled() bool {
	return q.State != Open && q.Report != Pending && len(q.Unpublished) == 0 && q.shown()
}

// shown reports whether the card has been set to what the question is.
func (q *Question) shown() bool { return q.Shown >= q.Revision || q.MessageID == "" }

// changed returns when people or time have last changed the question.
func (q *Question) changed() time.Time {
	at := q.Ended
	if n := len(q.Answers); n > 0 && q.Answers[n-1].At.After(at) {
		at = q.Answers[n-1].At
	}
	return at
}
