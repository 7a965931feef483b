package operate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/larkbridge/larkbridge/internal/wait"
	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// Question is a question to people, as the verb ask takes it.
type Question struct {
	To        *request.Target `json:"to"`
	Title     string          `json:"title"`
	Text      string          `json:"text,omitempty"`
	Choices   []ask.Choice    `json:"choices"`
	Comment   bool            `json:"comment,omitempty"`
	Who       []string        `json:"who,omitempty"`
	Quorum    int             `json:"quorum,omitempty"`
	ExpiresIn int             `json:"expires_in,omitempty"` // in seconds
	RemindIn  int             `json:"remind_in,omitempty"`  // in seconds
}

// Questions asks people by the function send, and waits for their answers.
type Questions struct {
	// Send invokes the function with a request and returns its output.
	Send func(ctx context.Context, payload []byte) ([]byte, error)
	App  string // the name of the app
}

// Pauses between two looks at a question that is open.
const (
	firstLook = 250 * time.Millisecond
	maxLook   = 5 * time.Second
)

// Ask asks a question.
func (q Questions) Ask(ctx context.Context, question Question) (ask.Status, error) {
	return q.call(ctx, question)
}

// Wait waits until a question has ended, and returns what has become of it.
func (q Questions) Wait(ctx context.Context, id string) (ask.Status, error) {
	for pause := firstLook; ; pause = min(2*pause, maxLook) {
		status, err := q.call(ctx, map[string]string{"check": id})
		if err != nil || status.State != ask.Open {
			return status, err
		}
		if err := wait.Sleep(ctx, pause); err != nil {
			return status, fmt.Errorf("waiting for the answer: %w", err)
		}
	}
}

// Withdraw ends a question that is still open.
func (q Questions) Withdraw(ctx context.Context, id string) (ask.Status, error) {
	return q.call(ctx, map[string]string{"withdraw": id})
}

// call sends a request with the verb ask and returns the state of the question.
func (q Questions) call(ctx context.Context, verb any) (status ask.Status, err error) {
	payload, err := json.Marshal(map[string]any{"app": q.App, "ask": verb, "on_error": "return"})
	if err != nil {
		return status, fmt.Errorf("encoding the request: %w", err)
	}
	output, err := q.Send(ctx, payload)
	if err != nil {
		return status, fmt.Errorf("invoking send: %w", err)
	}
	var result struct {
		OK    bool
		Data  json.RawMessage
		Error struct{ Msg string }
	}
	switch err := json.Unmarshal(output, &result); {
	case err != nil:
		return status, fmt.Errorf("reading what send returns: %w", err)
	case !result.OK:
		return status, errors.New(result.Error.Msg)
	}
	if err := json.Unmarshal(result.Data, &status); err != nil {
		return status, fmt.Errorf("reading the state of the question: %w", err)
	}
	return status, nil
}

// Chosen returns the index of the choice that has been made, -1 when the question has
// ended without one.
func (question Question) Chosen(status ask.Status) int {
	if status.Result == nil {
		return -1
	}
	return slices.IndexFunc(question.Choices, func(c ask.Choice) bool { return c.Value == status.Result.Choice })
}
