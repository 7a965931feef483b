package fakeaws

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/larkbridge/larkbridge/internal/awstest/busschema"
)

// Entry is one entry that reached the bus.
type Entry struct {
	EventBusName, Source, DetailType string
	Resources                        []string
	Time                             json.Number // seconds; "" for none
	Detail                           string
}

// Entries returns what came on the bus since the last Reset, in order.
func (a *AWS) Entries() []Entry {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.entries)
}

// Limits of a PutEvents entry.
const (
	maxEntry = 1 << 20
	maxDepth = 1000
)

// putEvents takes up to ten entries, each by itself. It refuses an entry that is not as
// its schema in schemas/bus says, too, so that the test fails.
func (a *AWS) putEvents(body []byte) (any, *refusal) {
	in, refused := decode[struct{ Entries []Entry }](body)
	if refused != nil {
		return nil, refused
	}
	if len(in.Entries) == 0 || len(in.Entries) > 10 {
		return nil, refuse("ValidationException", "Member must have length between 1 and 10")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	out, failed := []map[string]string{}, 0
	for _, entry := range in.Entries {
		err := checkDetail(entry.Detail)
		if err == nil {
			err = busschema.Check(entry.Source, entry.DetailType, []byte(entry.Detail))
		}
		if err != nil {
			out, failed = append(out, map[string]string{"ErrorCode": "MalformedDetail", "ErrorMessage": err.Error()}), failed+1
			continue
		}
		a.entries = append(a.entries, entry)
		out = append(out, map[string]string{"EventId": a.nextID()})
	}
	return map[string]any{"FailedEntryCount": failed, "Entries": out}, nil
}

// checkDetail is as strict as AWS: a detail is one JSON object, its integers
// are of 64 bits, and its depth is limited.
func checkDetail(detail string) error {
	if len(detail) > maxEntry {
		return errors.New("total size of the entry exceeds the limit")
	}
	d := json.NewDecoder(strings.NewReader(detail))
	d.UseNumber()
	depth := 0
	for first := true; ; first = false {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && !first && depth == 0:
			return nil
		case err != nil:
			return errors.New("detail is malformed")
		case first && token != json.Delim('{'):
			return errors.New("detail is not an object")
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				depth++
			} else {
				depth--
			}
		case json.Number:
			if _, err := strconv.ParseInt(string(token), 10, 64); err != nil && !strings.ContainsAny(string(token), ".eE") {
				return errors.New("detail has an integer out of range")
			}
		}
		if depth > maxDepth {
			return errors.New("detail is too deep")
		}
	}
}
