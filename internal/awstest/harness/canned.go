package harness

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"time"
)

// Canned is an http.Handler that answers AWS calls at once with fixed replies,
// so that what a benchmark measures is the caller. GET / answers 200.
type Canned struct {
	// Replies is the JSON body by operation ("GetParameter"). Without
	// one, GetParameter finds an empty object, GetItem no item, UpdateItem,
	// PutItem and DeleteItem succeed, and PutEvents accepts every entry. Other
	// operations are refused as unknown.
	Replies map[string]string

	// Items are the items of a table that GetItem finds, as JSON, by the value of
	// their key pk.
	Items map[string]string

	// Latency is waited before each reply.
	Latency time.Duration
}

func (h Canned) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if h.Latency > 0 {
		timer := time.NewTimer(h.Latency)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return
		}
	}
	answer := h.answer(r, body)
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.Status)
	w.Write(answer.Body)
}

func (h Canned) answer(r *http.Request, body []byte) *Answer {
	if r.Method == http.MethodGet && r.URL.Path == "/" {
		return &Answer{Status: http.StatusOK}
	}
	service, operation := recognise(r, body)
	if reply, ok := h.Replies[operation]; ok {
		return jsonAnswer(service, http.StatusOK, []byte(reply))
	}
	if item, ok := h.Items[itemKey(body)]; ok && operation == "GetItem" {
		return jsonAnswer(service, http.StatusOK, []byte(`{"Item":`+item+`}`))
	}
	switch operation {
	case "GetParameter":
		return jsonAnswer(service, http.StatusOK, []byte(`{"Parameter":{"Value":"{}"}}`))
	case "GetItem", "UpdateItem", "PutItem", "DeleteItem":
		return jsonAnswer(service, http.StatusOK, []byte(`{}`))
	case "PutEvents":
		return putEvents(body, putEventsResult{})
	}
	return jsonAnswer(service, http.StatusBadRequest, errorBody(service, "UnknownOperationException", operation))
}

// itemKey returns the key pk that a request to DynamoDB names, "" for none.
func itemKey(body []byte) string {
	var in struct {
		Key struct {
			PK struct{ S string } `json:"pk"`
		}
	}
	_ = json.Unmarshal(body, &in) // of another request: no key
	return in.Key.PK.S
}
