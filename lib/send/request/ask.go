package request

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Ask is the verb that asks people a question, whose answer completes the step of a
// workflow. With Withdraw it ends such a question, with Check it does what is due
// for one and returns its state.
type Ask struct {
	To      *Target `json:"to"`
	ReplyTo *Reply  `json:"reply_to"`

	Title     string      `json:"title"`
	Text      string      `json:"text"` // Lark's Markdown
	Choices   []AskChoice `json:"choices"`
	Comment   bool        `json:"comment"`    // with a field for a comment
	Who       []string    `json:"who"`        // open ids; nil is everybody who sees the card
	Quorum    int         `json:"quorum"`     // 0 is 1
	ExpiresIn int         `json:"expires_in"` // in seconds; 0 is a day
	RemindIn  int         `json:"remind_in"`  // in seconds; 0 is never
	AnswerTo  *AnswerTo   `json:"answer_to"`

	Withdraw string `json:"withdraw"` // an ask_id
	Check    string `json:"check"`    // an ask_id
}

// AskChoice is one of the answers that a question offers.
type AskChoice struct {
	Label string           `json:"label"`
	Value string           `json:"value"` // "" is the label
	Style lark.ButtonStyle `json:"style"`
	Ends  bool             `json:"ends"` // one such answer ends the question, whatever the quorum
}

// AnswerTo is the step of a workflow that waits for the answer: exactly one field.
type AnswerTo struct {
	TaskToken  lark.Secret `json:"task_token"`
	CallbackID lark.Secret `json:"callback_id"`
}

// Limits of a question.
const (
	maxChoices     = 10
	maxTitle       = 200 // characters
	maxLabel       = 100 // characters (…/interactive-components/button)
	maxChoiceValue = 100 // bytes
	maxWho         = 100
	maxQuorum      = 10
	minExpiry      = 60                // seconds
	maxExpiry      = 13 * 24 * 60 * 60 // seconds: Lark lets a card be changed for 14 days
	defaultExpiry  = 24 * 60 * 60      // seconds
	minReminder    = 60                // seconds
	maxTaskToken   = 2048              // bytes (API_SendTaskSuccess)
	maxCallbackID  = 1024              // bytes (API_SendDurableExecutionCallbackSuccess)
)

// plan makes the calls of a question ready: those of [ask.Asks].
func (a *Ask) plan(c common) (*Plan, error) {
	name, err := oneGiven("ask", field{"choices", a.Choices != nil}, field{"withdraw", a.Withdraw != ""}, field{"check", a.Check != ""})
	switch {
	case err != nil:
		return nil, err
	case name == "choices":
		return a.planQuestion(c)
	}
	id := a.Withdraw + a.Check
	if !ask.ValidID(id) {
		return nil, fmt.Errorf("field %q: want the ask_id of a question", "ask."+name)
	}
	err = refused("ask", name, field{"to", a.To != nil}, field{"reply_to", a.ReplyTo != nil}, field{"title", a.Title != ""}, field{"text", a.Text != ""},
		field{"comment", a.Comment}, field{"who", a.Who != nil}, field{"quorum", a.Quorum != 0}, field{"expires_in", a.ExpiresIn != 0},
		field{"remind_in", a.RemindIn != 0}, field{"answer_to", a.AnswerTo != nil})
	return c.asks("", func(ctx context.Context, clients *Clients) (*ask.Question, error) {
		if name == "withdraw" {
			return clients.Asks.Withdraw(ctx, clients.Lark, c.app, id)
		}
		return clients.Asks.Check(ctx, clients.Lark, c.app, id)
	}), err
}

// planQuestion checks the fields of a new question and makes it ready.
func (a *Ask) planQuestion(c common) (*Plan, error) {
	to, target, err := receiver("ask", a.To, a.ReplyTo)
	if err != nil {
		return nil, err
	}
	if err := firstError(a.checkTexts(), a.checkPeople(), a.checkTimes(), a.AnswerTo.check()); err != nil {
		return nil, err
	}
	q := a.question(c)
	card := q.Card()
	return c.asks(target, func(ctx context.Context, clients *Clients) (*ask.Question, error) {
		return clients.Asks.Ask(ctx, clients.Lark, to, q, c.uuid)
	}), fits("ask", len(card), ask.MaxCard)
}

// question returns the question as lib/ask takes it. Its id is that by which Lark
// recognises the message, so that a request that is repeated asks once.
func (a *Ask) question(c common) ask.Question {
	q := ask.Question{
		ID: c.uuid, App: c.app, TenantKey: c.tenantKey, Title: a.Title, Text: a.Text, Comment: a.Comment, Who: a.Who, Quorum: cmp.Or(a.Quorum, 1),
		Life: ask.Seconds(cmp.Or(a.ExpiresIn, defaultExpiry)), RemindEvery: ask.Seconds(a.RemindIn), State: ask.Open,
	}
	for _, choice := range a.Choices {
		choice.Value = cmp.Or(choice.Value, choice.Label)
		q.Choices = append(q.Choices, ask.Choice(choice))
	}
	if a.AnswerTo != nil {
		q.Step = ask.Step(*a.AnswerTo)
	}
	return q
}

func (a *Ask) checkTexts() error {
	if n := len(a.Choices); n == 0 || n > maxChoices {
		return fmt.Errorf(`field "ask.choices": want 1 to %d choices, not %d`, maxChoices, n)
	}
	if n := utf8.RuneCountInString(a.Title); n == 0 || n > maxTitle {
		return fmt.Errorf(`field "ask.title": want 1 to %d characters`, maxTitle)
	}
	var values []string
	for i, choice := range a.Choices {
		where, value := fmt.Sprintf("ask.choices.%d", i), cmp.Or(choice.Value, choice.Label)
		switch n := utf8.RuneCountInString(choice.Label); {
		case n == 0 || n > maxLabel:
			return fmt.Errorf("field %q: want 1 to %d characters", where+".label", maxLabel)
		case len(value) > maxChoiceValue:
			return fmt.Errorf("field %q: want at most %d bytes", where+".value", maxChoiceValue)
		case slices.Contains(values, value):
			return fmt.Errorf("field %q: another choice has the same value", where)
		}
		if err := oneOf(where+".style", string(cmp.Or(choice.Style, "default")), "default", string(lark.Primary), string(lark.Danger)); err != nil {
			return err
		}
		values = append(values, value)
	}
	return nil
}

func (a *Ask) checkPeople() error {
	if a.Who != nil {
		if err := filled("ask.who", a.Who, maxWho); err != nil {
			return err
		}
	}
	for i, id := range a.Who {
		if !strings.HasPrefix(id, "ou_") || strings.ContainsAny(id, `"<>&`) || slices.Contains(a.Who[:i], id) {
			return fmt.Errorf("field %q: want an open id (ou_…) that is not in the list yet", fmt.Sprintf("ask.who.%d", i))
		}
	}
	switch {
	case a.Quorum < 0 || a.Quorum > maxQuorum:
		return fmt.Errorf(`field "ask.quorum": want 1 to %d`, maxQuorum)
	case a.Who != nil && a.Quorum > len(a.Who):
		return errors.New(`field "ask.quorum": it is larger than the number of those who may answer`)
	}
	return nil
}

func (a *Ask) checkTimes() error {
	expiry := cmp.Or(a.ExpiresIn, defaultExpiry)
	switch {
	case expiry < minExpiry || expiry > maxExpiry:
		return fmt.Errorf(`field "ask.expires_in": want %d to %d seconds`, minExpiry, maxExpiry)
	case a.RemindIn != 0 && (a.RemindIn < minReminder || a.RemindIn >= expiry):
		return fmt.Errorf(`field "ask.remind_in": want at least %d seconds, and less than expires_in`, minReminder)
	}
	return nil
}

// check refuses what cannot be a token or an id. Its error does not show it.
func (a *AnswerTo) check() error {
	if a == nil {
		return nil
	}
	_, err := oneGiven("ask.answer_to", field{"task_token", a.TaskToken != ""}, field{"callback_id", a.CallbackID != ""})
	switch {
	case err != nil:
		return err
	case len(a.TaskToken) > maxTaskToken:
		return fmt.Errorf(`field "ask.answer_to.task_token": want at most %d bytes`, maxTaskToken)
	case len(a.CallbackID) > maxCallbackID || strings.ContainsFunc(a.CallbackID.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }):
		return fmt.Errorf(`field "ask.answer_to.callback_id": want at most %d printable ASCII characters`, maxCallbackID)
	}
	return nil
}

// asks makes a plan of a call of [ask.Asks]. Its result is the question's status.
func (c common) asks(target string, call func(ctx context.Context, clients *Clients) (*ask.Question, error)) *Plan {
	return &Plan{Target: target, Run: func(ctx context.Context, clients *Clients) (*lark.Result, error) {
		if clients.Asks == nil {
			return nil, &lark.Error{Kind: lark.KindValidation, Msg: "this stack asks no questions: set its parameter Asks to on"}
		}
		q, err := call(ctx, clients)
		if err != nil {
			return nil, askError(err)
		}
		data, err := json.Marshal(q.Status())
		if err != nil {
			return nil, fmt.Errorf("encoding the question's status: %w", err)
		}
		return &lark.Result{Msg: "success", Data: data}, nil
	}}
}

// askError returns an error of lib/ask as one of Lark's. What fails in the table,
// in the queue or in the workflow may work later.
func askError(err error) error {
	var e *lark.Error
	switch {
	case errors.Is(err, ask.ErrUnknown):
		return &lark.Error{Kind: lark.KindNotFound, Msg: err.Error()}
	case errors.As(err, &e):
		return e
	}
	return &lark.Error{Kind: lark.KindTransport, Retryable: true, Msg: err.Error()}
}
