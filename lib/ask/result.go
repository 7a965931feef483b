package ask

import (
	"fmt"
	"time"
)

// The errors with which a step of a workflow fails.
const (
	errorNoAnswer  = "Lark.NoAnswer"
	errorWithdrawn = "Lark.Withdrawn"
	errorUnsent    = "Lark.NotAsked"
)

// Result is what a workflow gets as the output of the step that has asked: the
// answer that has ended the question, and all of them.
type Result struct {
	Answer
	AskID   string   `json:"ask_id"`
	Answers []Answer `json:"answers"`
}

// Result returns the result of a question that has been answered, and nil for
// another one.
func (q *Question) Result() *Result {
	if q.State != Answered {
		return nil
	}
	return &Result{q.Answers[len(q.Answers)-1], q.ID, q.Answers}
}

// Status is what the verb ask returns about a question.
type Status struct {
	AskID     string    `json:"ask_id"`
	MessageID string    `json:"message_id"`
	State     State     `json:"state"`
	Expires   time.Time `json:"expires"`
	Report    Report    `json:"report,omitempty"`
	Result    *Result   `json:"result,omitempty"`
}

// Status returns the state of the question, without the token of its step.
func (q *Question) Status() Status {
	return Status{q.ID, q.MessageID, q.State, q.Expires, q.Report, q.Result()}
}

// failure returns the error with which the step fails, and what it means.
func (q *Question) failure() (name, cause string) {
	switch q.State {
	case Withdrawn:
		return errorWithdrawn, fmt.Sprintf("the question %s was withdrawn", q.ID)
	case Unsent:
		return errorUnsent, fmt.Sprintf("Lark has refused the card of the question %s", q.ID)
	}
	return errorNoAnswer, fmt.Sprintf("the question %s was not answered until %s", q.ID, q.Expires.UTC().Format(time.RFC3339))
}

// DetailType is the detail type of the events about answers.
const DetailType = "Lark Answer Received"

// event is the detail of an event about an answer.
type event struct {
	App       string `json:"app"`
	AskID     string `json:"ask_id"`
	MessageID string `json:"message_id,omitempty"`
	Title     string `json:"title"`
	State     State  `json:"state"` // of the question, with this answer
	Answer
}
