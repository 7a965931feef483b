package local

import (
	"context"
	"encoding/json"
	"time"

	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/store"
)

// newAsks returns the questions of the local run. No state machine and no durable
// function runs here: the calls that end their steps are shown, and work.
func (s *Server) newAsks(memory *store.Memory) *ask.Asks {
	return &ask.Asks{
		Documents: memory, Queue: timers{s}, Workflows: workflows{s}, Now: s.now,
		Publish: func(ctx context.Context, detail []byte) error {
			_, err := s.bus.Publish(ctx, bus.Entry{Source: bus.SendSource, DetailType: ask.DetailType, Detail: detail})
			return err
		},
	}
}

// timers is the queue of send: it invokes send when a message is due.
type timers struct{ server *Server }

// Send invokes send with the request after the delay.
func (t timers) Send(_ context.Context, body []byte, delay time.Duration) error {
	time.AfterFunc(delay, func() {
		// A check that fails is shown as a step, and the next one does what it has left.
		_, _ = t.server.sender.Lambda(context.Background(), body)
	})
	return nil
}

// WorkflowCall is a call that ends the step of a workflow.
type WorkflowCall struct {
	Operation string          `json:"operation"`
	Output    json.RawMessage `json:"output,omitempty"`
	Error     string          `json:"error,omitempty"`
	Cause     string          `json:"cause,omitempty"`
}

// workflows shows the calls that would end the steps of workflows. The token of a
// step is not shown.
type workflows struct{ server *Server }

// Succeed shows the output of a step.
func (w workflows) Succeed(_ context.Context, step ask.Step, output []byte) error {
	call := WorkflowCall{Operation: "SendTaskSuccess", Output: output}
	if step.CallbackID != "" {
		call.Operation = "SendDurableExecutionCallbackSuccess"
	}
	w.server.Show(Step{Kind: StepAWS, Subject: call.Operation, Note: string(output), Data: call})
	return nil
}

// Fail shows the error of a step.
func (w workflows) Fail(_ context.Context, step ask.Step, name, cause string) error {
	call := WorkflowCall{Operation: "SendTaskFailure", Error: name, Cause: cause}
	if step.CallbackID != "" {
		call.Operation = "SendDurableExecutionCallbackFailure"
	}
	w.server.Show(Step{Kind: StepAWS, Subject: call.Operation, Note: name + ": " + cause, Data: call})
	return nil
}
