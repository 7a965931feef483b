package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// echoTimeout is how long an echo may take.
const echoTimeout = 20 * time.Second

// Echo is the smallest application: a rule on messages whose target is send. It
// replies "You said: …" to the chat.
type Echo struct {
	server *local.Server
	first  chan error
	work   sync.WaitGroup
}

// NewEcho adds the rule to the server's bus. Its work ends with ctx.
func NewEcho(ctx context.Context, server *local.Server) *Echo {
	e := &Echo{server: server, first: make(chan error, 1)}
	server.Rule(func(entry bus.Entry) {
		req, ok := e.request(entry)
		if ok { // as on AWS, the reply to Lark does not wait for the target
			e.work.Go(func() { e.send(ctx, req) })
		}
	})
	return e
}

// First returns a channel that receives the outcome of the first echo.
func (e *Echo) First() <-chan error { return e.first }

// Wait returns when no echo is running.
func (e *Echo) Wait() { e.work.Wait() }

// request returns the request to send, which on AWS the rule's input transformer
// makes. It returns false for an entry that is not a message with text.
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
	e.server.Show(local.Step{Kind: local.StepRule, Group: detail.Header.EventID, Subject: "echo to send", Note: fmt.Sprintf("%.60q to %s", answer, *chat)})
	return req, true
}

func (e *Echo) send(ctx context.Context, req *request.Request) {
	ctx, cancel := context.WithTimeout(ctx, echoTimeout)
	defer cancel()
	var err error
	if result := e.server.Sender().Send(ctx, "echo", req); result.Error != nil {
		err = result.Error
	}
	select {
	case e.first <- err:
	default: // this is not the first
	}
}
