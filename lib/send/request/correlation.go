package request

import (
	"errors"
	"iter"
	"strings"
)

// Correlation says what a request belongs to. It is in the log and with the
// result on the bus, and is not sent to Lark.
type Correlation struct {
	// TraceID follows what Lark delivered.
	TraceID string `json:"trace_id,omitempty"`
	// CorrelationID is the id of the event because of which something is sent.
	CorrelationID string `json:"correlation_id,omitempty"`
}

// All yields the ids that are set, by their names.
func (c Correlation) All() iter.Seq2[string, string] {
	return func(yield func(name, id string) bool) {
		if c.TraceID != "" && !yield("trace_id", c.TraceID) {
			return
		}
		if c.CorrelationID != "" {
			yield("correlation_id", c.CorrelationID)
		}
	}
}

// Valid returns the correlation without the ids that a request must not have.
func (c Correlation) Valid() Correlation {
	if !validID(c.TraceID) {
		c.TraceID = ""
	}
	if !validID(c.CorrelationID) {
		c.CorrelationID = ""
	}
	return c
}

// check refuses ids that are not valid. An empty one counts as none: an input
// transformer writes one where the event lacks the field.
func (c Correlation) check() error {
	for name, id := range c.All() {
		if !validID(id) {
			return errors.New(`field "` + name + `": want 1 to 128 printable ASCII characters without spaces`)
		}
	}
	return nil
}

// maxID is the length of such an id.
const maxID = 128

// validID reports whether an id has no spaces and no control characters, so
// that a search in the log finds it.
func validID(id string) bool {
	return len(id) <= maxID && strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}
