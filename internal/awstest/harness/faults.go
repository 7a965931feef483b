package harness

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// Fault says which calls go wrong, and how.
type Fault struct {
	Operation string                 // as in [Proxy.Calls]; empty: every operation
	Times     int                    // how many calls it hits; 0: all until it is removed
	Match     func(body []byte) bool // nil: every call of the operation
	Kind      Kind
}

// fits runs under the proxy's lock, so Match must not call the proxy.
func (f *Fault) fits(c *Call) bool {
	return (f.Operation == "" || f.Operation == c.Operation) && (f.Match == nil || f.Match(c.Body))
}

// Kind decides what becomes of a call: it may forward it, answer it by itself
// or return nil, which closes the connection without an answer.
type Kind func(c *Call) *Answer

// Call is one request that reached the proxy.
type Call struct {
	Service   string // signing name: dynamodb, events, ssm, sqs, lambda, s3
	Operation string
	Header    http.Header
	Body      []byte

	proxy   *Proxy
	request *http.Request
}

// Answer is what a caller gets.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Forward has the call carried out and returns what came back.
func (c *Call) Forward() *Answer { return c.proxy.forward(c, c.Body) }

// Throttle refuses the call in the way its service says "too many requests":
// ProvisionedThroughputExceededException for DynamoDB, SlowDown for S3,
// TooManyRequestsException for Lambda, RequestThrottled for SQS, else
// ThrottlingException.
func Throttle() Kind { return func(c *Call) *Answer { return c.refusal(throttling(c.Service)) } }

// ServerError refuses the call with status 500 and its service's name for an
// internal error.
func ServerError() Kind { return func(c *Call) *Answer { return c.refusal(internal(c.Service)) } }

// Refuse refuses the call with status 400 and the given error code, such as
// ThrottlingException or AccessDeniedException.
func Refuse(code string) Kind {
	return func(c *Call) *Answer { return c.refusal(http.StatusBadRequest, code, "refused by the harness") }
}

// Drop closes the connection; the call is not carried out.
func Drop() Kind { return func(*Call) *Answer { return nil } }

// LoseAnswer carries the call out, then closes the connection: what the caller
// wanted is done, and it cannot know.
func LoseAnswer() Kind {
	return func(c *Call) *Answer {
		c.Forward()
		return nil
	}
}

// CrashBefore runs f, such as a kill of the caller, and drops the call: the
// caller died before the call reached AWS.
func CrashBefore(f func()) Kind {
	return func(*Call) *Answer {
		f()
		return nil
	}
}

// Delay waits, then carries the call out, even if the caller has given up.
func Delay(d time.Duration) Kind {
	return func(c *Call) *Answer {
		if !c.proxy.wait(d) {
			return nil
		}
		return c.Forward()
	}
}

// Hold waits until release is closed, then carries the call out, even if the
// caller has given up.
func Hold(release <-chan struct{}) Kind {
	return func(c *Call) *Answer {
		select {
		case <-release:
			return c.Forward()
		case <-c.proxy.closed:
			return nil
		}
	}
}

// FailEntries answers PutEvents with status 200 and the error code for every entry. No
// entry reaches the bus.
func FailEntries(code string) Kind {
	return func(c *Call) *Answer {
		return putEvents(c.Body, putEventsResult{ErrorCode: code, ErrorMessage: "failed by the harness"})
	}
}

type putEventsResult struct {
	EventID      string `json:"EventId,omitempty"`
	ErrorCode    string `json:",omitempty"`
	ErrorMessage string `json:",omitempty"`
}

// putEvents answers PutEvents with the same result for every entry, and a new event id
// for each if they have not failed.
func putEvents(body []byte, result putEventsResult) *Answer {
	var request struct{ Entries []struct{} }
	if err := json.Unmarshal(body, &request); err != nil {
		return jsonAnswer("events", http.StatusBadRequest, errorBody("events", "SerializationException", err.Error()))
	}
	reply := struct {
		FailedEntryCount int
		Entries          []putEventsResult
	}{Entries: slices.Repeat([]putEventsResult{result}, len(request.Entries))}
	for i := range reply.Entries {
		if result.ErrorCode == "" {
			reply.Entries[i].EventID = newUUID()
		} else {
			reply.FailedEntryCount++
		}
	}
	out, err := json.Marshal(reply)
	if err != nil {
		return badGateway(err)
	}
	return jsonAnswer("events", http.StatusOK, out)
}
