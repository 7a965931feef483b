package harness

import (
	"encoding/json"
	"fmt"
	"net/http"
)

type (
	putEventsRequest struct {
		EndpointID string `json:"EndpointId,omitempty"`
		Entries    []json.RawMessage
	}
	putEventsReply struct {
		FailedEntryCount int
		Entries          []putEventsResult
	}
	putEventsResult struct {
		EventID      string `json:"EventId,omitempty"`
		ErrorCode    string `json:",omitempty"`
		ErrorMessage string `json:",omitempty"`
	}
)

// FailEntries answers PutEvents with status 200 and the error code for the
// first n entries, which do not reach the bus; the others are forwarded. With
// n = 0, or fewer entries than n, all fail and nothing is forwarded.
func FailEntries(code string, n int) Kind {
	return func(c *Call) *Answer {
		var request putEventsRequest
		if err := json.Unmarshal(c.Body, &request); err != nil {
			return c.refusal(http.StatusBadRequest, "SerializationException", fmt.Sprintf("not a PutEvents request: %v", err))
		}
		bad := len(request.Entries)
		if n > 0 {
			bad = min(bad, n)
		}
		request.Entries = request.Entries[bad:]
		var reply putEventsReply
		if len(request.Entries) > 0 {
			body, err := json.Marshal(request)
			if err != nil {
				return badGateway(err)
			}
			answer := c.proxy.forward(c, body)
			if answer.Status != http.StatusOK || json.Unmarshal(answer.Body, &reply) != nil {
				return answer
			}
		}
		return c.failFirst(bad, code, reply)
	}
}

// failFirst puts n failures in front of what was forwarded.
func (c *Call) failFirst(n int, code string, forwarded putEventsReply) *Answer {
	results := make([]putEventsResult, n, n+len(forwarded.Entries))
	for i := range results {
		results[i] = putEventsResult{ErrorCode: code, ErrorMessage: "failed by the harness"}
	}
	body, err := json.Marshal(putEventsReply{
		FailedEntryCount: forwarded.FailedEntryCount + n,
		Entries:          append(results, forwarded.Entries...),
	})
	if err != nil {
		return badGateway(err)
	}
	return jsonAnswer("events", http.StatusOK, body)
}
