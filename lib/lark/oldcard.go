package lark

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// oldCardEvent makes a click in the old, flat style (card.action.trigger_v1,
// message-cards/configuring-card-callbacks/card-callback-structure) the same
// click in the new style. Every field stays: the known ones move to where the
// new style has them, the others stand beside them.
//
// The old style has no event id. Its token is new with each click, so the id
// is made from it; the token itself, with which the card can be changed, is
// not used as a key.
func (a *App) oldCardEvent(ev *Event, env *envelope, plain []byte, h Header, now time.Time) {
	ev.Schema, ev.Type, ev.AppID = "1.0", TypeCardAction, a.AppID
	ev.TenantKey = string(env.top.text("tenant_key"))
	token := env.top.raw("token")
	if token == nil {
		token = plain
	}
	sum := sha256.Sum256(token)
	ev.ID = hex.EncodeToString(sum[:16])
	ev.Key = ev.ID
	ev.Time = now.UTC()
	if t, ok := stampTime(h); ok {
		ev.Time = t.UTC()
	}

	head := object{make([]byte, 0, 256)}
	head.addText("event_id", ev.ID)
	head.addText("event_type", ev.Type)
	head.addText("create_time", strconv.FormatInt(ev.Time.UnixMicro(), 10))
	head.addText("app_id", ev.AppID)
	head.addText("tenant_key", ev.TenantKey)
	ev.Header = head.end()
	ev.Body = newStyle(env.top)
}

// newStyle moves the fields of the old style into operator and context.
func newStyle(top members) []byte {
	operator, context, event := object{}, object{}, object{}
	for _, m := range top {
		switch string(m.name) {
		case "open_id", "user_id", "union_id", "tenant_key":
			operator.add(m.name, m.value)
		case "open_message_id", "open_chat_id":
			context.add(m.name, m.value)
		}
	}
	event.add([]byte("operator"), operator.end())
	for _, m := range top {
		switch string(m.name) {
		case "open_id", "user_id", "union_id", "tenant_key", "open_message_id", "open_chat_id":
		default:
			event.add(m.name, m.value)
		}
	}
	event.add([]byte("context"), context.end())
	return event.end()
}
