// Package bus puts Lark's events on an EventBridge bus.
//
// [Bus] makes the entry of an event, and puts a detail that is too large for the
// bus into S3. [EventBridge] publishes entries on AWS, [Memory] in one process.
package bus

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// The sources of entries.
const (
	Source     = "lark"            // events of Lark
	SendSource = "larkbridge.send" // results of send
)

// unknownType is the detail type of an event whose type EventBridge does not accept.
const unknownType = "unknown"

// maxType is EventBridge's limit of a detail type in bytes.
const maxType = 128

// Entry is an entry of the bus.
type Entry struct {
	Source     string          `json:"source"`
	DetailType string          `json:"detail-type"`
	Time       time.Time       `json:"time"` // zero: now
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// size returns the size of the entry by EventBridge's rule: 14 bytes for the time and
// the length of everything else.
func (e Entry) size() int {
	n := 14 + len(e.Source) + len(e.DetailType) + len(e.Detail)
	for _, r := range e.Resources {
		n += len(r)
	}
	return n
}

// eventEntry returns the entry of an event, without its detail.
func eventEntry(ev *lark.Event) Entry {
	e := Entry{Source: Source, DetailType: ev.Type, Time: ev.Time}
	e.Resources = append(make([]string, 0, 2), "lark:app/"+ev.AppID)
	if ev.Type == "" || len(ev.Type) > maxType {
		e.DetailType = unknownType
	}
	if ev.TenantKey != "" {
		e.Resources = append(e.Resources, "lark:tenant/"+ev.TenantKey)
	}
	return e
}

// Detail returns the detail of an event's entry, as it is when it is not too large:
// {"schema","app","trace_id","header","event"} and, for a message, "message".
// The JSON of Lark is copied byte for byte.
func Detail(app string, ev *lark.Event) []byte {
	d := openDetail(app, ev, len(ev.Body)+len(ev.Message))
	d = append(append(d, `,"event":`...), ev.Body...)
	return closeDetail(d, ev.Message)
}

// detailWithLocation returns the [Detail] with the location of the whole detail instead
// of the event. The message stays if the detail has at most limit bytes with it, so that
// rules match. Of a header that is too large, the fields that Lark documents stay.
func detailWithLocation(app string, ev *lark.Event, at Location, limit int) ([]byte, error) {
	location, err := json.Marshal(at)
	if err != nil {
		return nil, fmt.Errorf("encoding the location of the detail: %w", err)
	}
	d := openDetail(app, ev, len(location)+len(ev.Message))
	d = append(append(d, `,"s3":`...), location...)
	if accepts(ev.Header) {
		if whole := closeDetail(d, ev.Message); len(whole) <= limit {
			return whole, nil
		}
		if bare := closeDetail(d, nil); len(bare) <= limit || len(ev.Header) <= maxHeader {
			return bare, nil
		}
	}
	brief := *ev
	if brief.Header, err = briefHeader(ev.Header); err != nil {
		return nil, err
	}
	return detailWithLocation(app, &brief, at, limit)
}

// maxHeader is the size in bytes up to which a header always stays whole. The headers of
// Lark have about 300.
const maxHeader = 8 << 10

// briefHeader returns the documented fields of a header that are short.
func briefHeader(header []byte) ([]byte, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(header, &all); err != nil {
		return nil, fmt.Errorf("reading a header: %w", err)
	}
	maps.DeleteFunc(all, func(name string, value json.RawMessage) bool {
		return !slices.Contains([]string{"event_id", "event_type", "create_time", "app_id", "tenant_key"}, name) || len(value) > maxType || !accepts(value)
	})
	doc, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("encoding a brief header: %w", err)
	}
	return doc, nil
}

func openDetail(app string, ev *lark.Event, more int) []byte {
	d := make([]byte, 0, len(app)+len(ev.TraceID)+len(ev.Header)+more+100)
	d = append(append(d, `{"schema":"`...), ev.Schema...)
	d = append(append(d, `","app":"`...), app...)
	d = append(d, '"')
	if ev.TraceID != "" {
		d = append(d, `,"trace_id":`...)
		d, _ = jsontext.AppendQuote(d, ev.TraceID) // invalid UTF-8 is replaced
	}
	return append(append(d, `,"header":`...), ev.Header...)
}

func closeDetail(d []byte, message json.RawMessage) []byte {
	if message != nil {
		d = append(append(d, `,"message":`...), message...)
	}
	return append(d, '}')
}
