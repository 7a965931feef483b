package fakeaws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Step is a step of a workflow that waits: a task of Step Functions under its
// token, or a callback of a durable function under its id.
type Step struct {
	Ended         bool // by a call, or because its time was over
	Output        string
	Failure       string // the name of the error
	Calls, Refuse int    // Refuse is how many calls are refused before one works
}

// PutStep makes a step wait.
func (a *AWS) PutStep(id string, s Step) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.steps == nil {
		a.steps = map[string]*Step{}
	}
	a.steps[id] = &s
}

// Step returns a step.
func (a *AWS) Step(id string) Step {
	a.mu.Lock()
	defer a.mu.Unlock()
	return *a.steps[id]
}

// maxOutput is the size of an output in bytes.
const maxOutput = 262144

// end ends a step once. ended is the code of AWS's refusal for a step that does
// not wait, invalid that for one that nobody has given out.
func (a *AWS) end(id, output, failure, ended, invalid string) *refusal {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.steps[id]
	switch {
	case s == nil:
		return refuse(invalid, "Invalid Token")
	case len(output) > maxOutput:
		return refuse("ValidationException", "the output has more than %d bytes", maxOutput)
	}
	s.Calls++
	switch {
	case s.Refuse >= s.Calls:
		return refuse("ThrottlingException", "Rate exceeded")
	case s.Ended:
		return refuse(ended, "it has been closed")
	}
	s.Ended, s.Output, s.Failure = true, output, failure
	return nil
}

func (a *AWS) sendTaskSuccess(body []byte) (any, *refusal) {
	in, refused := decode[struct{ TaskToken, Output string }](body)
	if refused == nil && !json.Valid([]byte(in.Output)) {
		refused = refuse("InvalidOutput", "the output is not JSON")
	}
	if refused != nil {
		return nil, refused
	}
	return map[string]any{}, a.end(in.TaskToken, in.Output, "", "TaskTimedOut", "InvalidToken")
}

func (a *AWS) sendTaskFailure(body []byte) (any, *refusal) {
	in, refused := decode[struct{ TaskToken, Error, Cause string }](body)
	if refused == nil && (len(in.Error) > 256 || len(in.Cause) > 32768) {
		refused = refuse("ValidationException", "the error is too long")
	}
	if refused != nil {
		return nil, refused
	}
	return map[string]any{}, a.end(in.TaskToken, "", in.Error, "TaskTimedOut", "InvalidToken")
}

// callbacks begins the paths of Lambda's callback API.
const callbacks = "/2025-12-01/durable-execution-callbacks/"

func (a *AWS) serveCallback(w http.ResponseWriter, r *http.Request, body []byte) {
	id, end, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), callbacks), "/")
	id, err := url.PathUnescape(id)
	var failure struct{ ErrorType string }
	var refused *refusal
	switch {
	case err != nil || end != "succeed" && end != "fail":
		refused = &refusal{http.StatusNotFound, "ResourceNotFoundException", fmt.Sprintf("%s is no operation", r.URL), nil}
	case end == "succeed":
		refused = a.end(id, string(body), "", "CallbackTimeoutException", "InvalidParameterValueException")
	case json.Unmarshal(body, &failure) != nil:
		refused = refuse("InvalidParameterValueException", "the error is not JSON")
	default:
		refused = a.end(id, "", failure.ErrorType, "CallbackTimeoutException", "InvalidParameterValueException")
	}
	a.answer(w, r, map[string]any{}, refused)
}

// Message is a message that a function has put into a queue.
type Message struct {
	QueueUrl, MessageBody string
	DelaySeconds          int
}

// Messages returns the messages that were sent since the last call.
func (a *AWS) Messages() []Message {
	a.mu.Lock()
	defer a.mu.Unlock()
	sent := a.messages
	a.messages = nil
	return sent
}

func (a *AWS) sendMessage(body []byte) (any, *refusal) {
	in, refused := decode[Message](body)
	if refused == nil && (in.DelaySeconds < 0 || in.DelaySeconds > 900) {
		refused = refuse("InvalidParameterValue", "DelaySeconds must be >= 0 and <= 900")
	}
	if refused != nil {
		return nil, refused
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.messages = append(a.messages, in)
	return map[string]any{"MessageId": a.nextID()}, nil
}
