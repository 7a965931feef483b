package local

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send/request"
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
		req, ok := e.request(entry)
		if ok { // as on AWS, the target does not hold up the reply to Lark
			e.work.Go(func() { e.send(ctx, req) })
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
func (e *Echo) request(entry bus.Entry) (*request.Request, bool) {
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
	req := &request.Request{
		App:            detail.App,
		Message:        &request.Message{To: &request.Target{ChatID: *chat}, Text: &answer},
		IdempotencyKey: detail.Header.EventID,
		Correlation:    request.Correlation{TraceID: detail.TraceID, CorrelationID: detail.Header.EventID},
	}
	e.show(Step{Time: e.server.now(), Kind: StepRule, Subject: "echo to send", Note: fmt.Sprintf("%.60q to %s", answer, *chat)})
	return req, true
}

func (e *Echo) send(ctx context.Context, req *request.Request) {
	ctx, cancel := context.WithTimeout(ctx, echoBudget)
	defer cancel()
	var err error
	if result := e.server.sender.Send(ctx, "echo", req); result.Error != nil {
		err = result.Error
	}
	select {
	case e.first <- err:
	default: // there was one before
	}
}
