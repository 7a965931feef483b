package inspector

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/send"
)

// group is what happened because of one event or one request.
type group struct {
	ID      int
	Key     string // of its steps
	Time    time.Time
	Type    string // of the event, or what a request is for
	Text    string // what a message says, or the value of a click
	Steps   []*step
	Failure string // the reason of the latest failure, "" for none
	// How many deliveries, entries on the bus, sends and calls there are.
	Duplicates, Refused, Entries, Sends, Calls int

	version int
	isEvent bool
}

// clone returns a copy whose steps do not change.
func (g *group) clone() group {
	c := *g
	c.Steps = slices.Clone(g.Steps)
	return c
}

// add adds a step. Of too many it keeps the latest.
func (g *group) add(s *step) {
	if g.Time.IsZero() {
		g.Time = s.Time
	}
	g.Steps = append(g.Steps, s)
	if len(g.Steps) > maxSteps {
		g.Steps = slices.Clone(g.Steps[1:])
	}
	if s.Failed {
		g.Failure = strings.TrimSpace(s.Subject + " " + s.Note)
	}
	switch data := s.Data.(type) {
	case local.Inbound:
		g.addInbound(data)
	case bus.Entry:
		g.addEntry(data)
	case send.Outcome:
		g.Sends++
		if !g.isEvent {
			g.Type, g.Text = cmp.Or(strings.TrimSpace("send "+data.Verb), g.Type), data.Target
		}
	case larktest.RecordedCall:
		g.Calls++
		g.Type = cmp.Or(g.Type, s.Subject)
	default:
		g.Type = cmp.Or(g.Type, s.Subject)
	}
}

func (g *group) addInbound(in local.Inbound) {
	g.isEvent = true
	switch in.Result {
	case gateway.Duplicate:
		g.Duplicates++
	case gateway.Refused:
		g.Refused++
	}
	if g.Entries == 0 {
		g.Type = cmp.Or(eventType(in.Payload), in.Method+" "+in.Path)
	}
}

func (g *group) addEntry(e bus.Entry) {
	g.Entries++
	if e.Source != bus.Source {
		return
	}
	g.isEvent, g.Type = true, e.DetailType
	var detail struct {
		Message struct{ Text string }
		Event   struct {
			Action struct{ Value json.RawMessage }
		}
	}
	_ = json.Unmarshal(e.Detail, &detail) // without it there is no text
	g.Text = cmp.Or(detail.Message.Text, string(detail.Event.Action.Value))
}

// eventType returns the type of the event of a payload, "" if it has none.
func eventType(payload []byte) string {
	var p struct {
		Type   string
		Header struct {
			EventType string `json:"event_type"`
		}
		Event         struct{ Type string }
		OpenMessageID string `json:"open_message_id"`
	}
	_ = json.Unmarshal(payload, &p) // without it there is no type
	if p.OpenMessageID != "" {
		return oldClick
	}
	return cmp.Or(p.Header.EventType, p.Event.Type, p.Type)
}

// oldClick is the type of a click in the old format.
const oldClick = "card.action.trigger_v1"

// matches reports whether a filter wants the group.
func (g *group) matches(f filter) bool {
	switch f.show {
	case "failed":
		if g.Failure == "" {
			return false
		}
	case "events":
		if !g.isEvent {
			return false
		}
	case "sends":
		if g.Sends == 0 {
			return false
		}
	}
	return f.text == "" || slices.ContainsFunc(g.Steps, func(s *step) bool { return s.matches(f.text) })
}
