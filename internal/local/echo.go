package local

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// echoBudget is how long an echo may take.
const echoBudget = 20 * time.Second

// Echo is the smallest downstream: a rule on messages whose target is send. It
// answers "You said: …" to the chat.
type Echo struct {
	server *Server
	show   func(Step)
	first  chan error
	work   sync.WaitGroup
}

// NewEcho puts the rule on the server's bus. Its work ends with ctx.
func NewEcho(ctx context.Context, server *Server, show func(Step)) *Echo {
	e := &Echo{server: server, show: show, first: make(chan error, 1)}
	server.bus.Rule(func(entry bus.Entry) {
		request, ok := e.request(entry)
		if ok { // as on AWS, the target does not hold up the reply to Lark
			e.work.Go(func() { e.send(ctx, request) })
		}
	})
	return e
}

// First gives the outcome of the first echo.
func (e *Echo) First() <-chan error { return e.first }

// Wait returns when no echo is under way.
func (e *Echo) Wait() { e.work.Wait() }

// request is what the rule's input transformer makes on AWS. It is false for
// what is no message, and for a message without text.
func (e *Echo) request(entry bus.Entry) ([]byte, bool) {
	if entry.Source != bus.Source || entry.DetailType != lark.TypeMessageReceive {
		return nil, false
	}
	var detail struct {
		App     string
		TraceID string `json:"trace_id"`
		Header  struct {
			EventID string `json:"event_id"`
		}
		Event struct {
			Message struct {
				ChatID string `json:"chat_id"`
			}
		}
		Message struct{ Text string }
	}
	chat, text := &detail.Event.Message.ChatID, &detail.Message.Text
	if json.Unmarshal(entry.Detail, &detail) != nil || *chat == "" || *text == "" {
		return nil, false
	}
	answer := "You said: " + *text
	request, err := json.Marshal(map[string]any{
		"app":             detail.App,
		"message":         map[string]any{"to": map[string]string{"chat_id": *chat}, "text": answer},
		"idempotency_key": detail.Header.EventID,
		"trace_id":        detail.TraceID,
		"correlation_id":  detail.Header.EventID,
	})
	if err != nil { // not reached: strings always marshal
		return nil, false
	}
	e.show(Step{Time: e.server.now(), Kind: StepRule, Subject: "echo to send", Note: fmt.Sprintf("%.60q to %s", answer, *chat)})
	return request, true
}

func (e *Echo) send(ctx context.Context, request []byte) {
	ctx, cancel := context.WithTimeout(ctx, echoBudget)
	defer cancel()
	_, err := e.server.sender.Invoke(ctx, "echo", request)
	select {
	case e.first <- err:
	default: // there was one before
	}
}
