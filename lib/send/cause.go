package send

import (
	"errors"
	"iter"
	"strings"
)

// cause says what a request belongs to. It stands in the log and on the bus,
// and goes nowhere else.
type cause struct {
	trace       string // follows what Lark delivered
	correlation string // the id of the event because of which something is sent
}

// maxCause is the length of such an id.
const maxCause = 128

// isCause says whether an id is one: without spaces and control characters, so
// that a search in the log finds it.
func isCause(id string) bool {
	return id != "" && len(id) <= maxCause && strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// cause is what the request itself says.
func (r *Request) cause() cause { return cause{r.TraceID, r.CorrelationID} }

// check refuses ids that are none. An empty one is as good as none: so an
// input transformer writes what the event does not have.
func (c cause) check() error {
	for name, id := range c.ids() {
		if !isCause(id) {
			return errors.New(`field "` + name + `": want 1 to 128 printable ASCII characters without spaces`)
		}
	}
	return nil
}

// ids are the ids that are known, by their names.
func (c cause) ids() iter.Seq2[string, string] {
	return func(yield func(name, id string) bool) {
		if c.trace != "" && !yield("trace_id", c.trace) {
			return
		}
		if c.correlation != "" {
			yield("correlation_id", c.correlation)
		}
	}
}

// detail is the detail of an event on the bus, as far as it says what it is.
type detail struct {
	App     string `json:"app"`
	TraceID text   `json:"trace_id"`
	Header  struct {
		EventID    text   `json:"event_id"`
		CreateTime string `json:"create_time"` // of a click: microseconds
	} `json:"header"`
}

// cause makes the event the cause of what is sent. Ids that a request could not
// have are left out, so that it is not refused for them.
func (d detail) cause() (c cause) {
	if id := string(d.TraceID); isCause(id) {
		c.trace = id
	}
	if id := string(d.Header.EventID); isCause(id) {
		c.correlation = id
	}
	return c
}
