package local

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
)

// eventBus is a bus in memory that shows what is published on it.
type eventBus struct {
	bus.Memory
	show func(Step)
	now  func() time.Time
}

// Publish shows the entry, keeps it and calls the rules. An entry that a request
// publishes proves that the request was authentic.
func (b *eventBus) Publish(ctx context.Context, e bus.Entry) (string, error) {
	now := b.now()
	if e.Time.IsZero() {
		e.Time = now.UTC()
	}
	group := groupOf(e)
	if info := requestInfoOf(ctx); info != nil {
		group = cmp.Or(group, info.id)
		note := "verified"
		if info.encrypted {
			note += ", decrypted"
		}
		b.show(Step{Time: now, Kind: StepEvent, Group: group, Subject: e.DetailType, Note: note + " (" + millis(now.Sub(info.start)) + ")"})
	}
	b.show(Step{Time: now, Kind: StepBus, Group: group, Subject: e.DetailType, Note: "source " + e.Source, Data: e})
	return b.Memory.Publish(ctx, e)
}

// groupOf returns the id of the event that an entry is or belongs to; for the result
// of a request without an event, the id of the request.
func groupOf(e bus.Entry) string {
	var detail struct {
		Header struct {
			EventID string `json:"event_id"`
		}
		CorrelationID string `json:"correlation_id"`
		ID            string
	}
	if json.Unmarshal(e.Detail, &detail) != nil {
		return ""
	}
	if e.Source == bus.SendSource {
		return cmp.Or(detail.CorrelationID, detail.ID)
	}
	return detail.Header.EventID
}

// delivered is an entry in the format in which EventBridge delivers it to a target.
type delivered struct {
	ID string `json:"id"`
	bus.Entry
}

// after returns the entries from the n-th on, counted from 0.
func (b *eventBus) after(n int) []delivered {
	entries := b.Entries()
	list := make([]delivered, 0, max(0, len(entries)-n))
	for i := n; i < len(entries); i++ {
		list = append(list, delivered{strconv.Itoa(i + 1), entries[i]})
	}
	return list
}
