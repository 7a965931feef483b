package lark

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
)

// TypeMessageReceive is the type of the event of a message that was sent to the bot or
// to a chat that the bot is in.
const TypeMessageReceive = "im.message.receive_v1"

// The types of callbacks that need a reply (cardkit-v1/card-callback-communication;
// callback-subscription/callback-overview).
const (
	TypeCardAction = "card.action.trigger"
	TypeURLPreview = "url.preview.get"
	TypeProfile    = "profile.view.get"
)

// isCard reports whether Lark waits for a reply to an event of this type.
func isCard(eventType string) bool {
	return eventType == TypeCardAction || eventType == TypeURLPreview || eventType == TypeProfile
}

// Event is an event in one shape for both schemas of the envelope.
type Event struct {
	// Schema is the version of the envelope that it came in, "1.0" or "2.0".
	Schema string
	// ID is unique to the event and the same in each redelivery; "" when the
	// event has none.
	ID string
	// Type is Lark's name of the event, verbatim; "" when it has none.
	Type      string
	AppID     string
	TenantKey string
	// Time is when the event was created; zero when it does not say.
	Time time.Time
	// Key is the same in all deliveries of one event, and differs between the events
	// of an app. For im.message.receive_v1 it is the message id, as Lark asks
	// (im-v1/message/events/receive). For a click it is made from the click's
	// token, or for one in the old style that has it from the header
	// X-Refresh-Token: one click can be delivered under two event ids. For all
	// others it is the event's id, and without one a hash of the event.
	Key string
	// LogID is the [LogID] of the delivery, "" when it has none. It differs between
	// deliveries, and no signature covers it.
	LogID string
	// TraceID is the id under which logs show everything that is done because of this
	// delivery of the event. The receiver of the event sets it.
	TraceID string

	// Header is the JSON object of the 2.0 header, without the Verification
	// Token. Fields of the envelope that the schema does not know stay in it.
	Header json.RawMessage
	// Body is Lark's "event" value as it came, byte for byte.
	Body json.RawMessage
	// Message is set for im.message.receive_v1: a JSON object with the fields type, text, content, command, to_me, mentions, resources, reply_to,
	// root and thread.
	Message json.RawMessage
}

// event sets the fields of the event of an authentic body.
func (a *App) event(ev *Event, env *envelope, plain []byte, now time.Time) {
	ev.AppID, ev.Body = a.AppID, env.body
	if len(ev.Body) == 0 {
		ev.Body = json.RawMessage("null")
	}
	if env.hasHeader || env.top.raw("schema") != nil {
		ev.fromHeader(env)
	} else {
		ev.fromFlat(env)
	}
	if ev.Time.After(now) {
		ev.Time = now.UTC()
	}
	ev.Key = ev.ID
	switch {
	case ev.Type == TypeMessageReceive && len(env.message) > 0:
		ev.Message = env.readMessage(a.BotOpenID)
		if id := env.message.text("message_id"); len(id) > 0 {
			ev.Key = string(id)
		}
	case ev.Type == TypeCardAction:
		if token := env.event.text("token"); len(token) > 0 {
			ev.Key = clickKey(token)
		}
	}
	if ev.Key == "" {
		ev.Key = hashKey(plain)
	}
}

// fromHeader sets the fields of an event that came in an envelope of schema 2.0.
func (ev *Event) fromHeader(env *envelope) {
	ev.Schema = "2.0"
	ev.ID = string(env.header.text("event_id"))
	if kind := env.header.text("event_type"); string(kind) == TypeMessageReceive {
		ev.Type = TypeMessageReceive // the most frequent type is not copied
	} else {
		ev.Type = string(kind)
	}
	ev.TenantKey = string(env.header.text("tenant_key"))
	created := env.header.raw("create_time")
	if created == nil { // approval events: seconds with decimals
		created = env.header.raw("event_create_time")
	}
	ev.Time = parseTime(unquote(created))

	h := object{make([]byte, 0, len(env.body)/4+256)}
	for _, m := range env.header.unique() {
		if string(m.name) != "token" {
			h.add(m.name, m.value)
		}
	}
	for _, m := range env.top.unique() {
		if string(m.name) != "schema" && string(m.name) != "token" && env.header.raw(string(m.name)) == nil {
			h.add(m.name, m.value)
		}
	}
	ev.Header = h.end()
}

// fromFlat sets the fields of an event that came in an envelope of schema 1.0. It
// makes the header of schema 2.0: event_id is the uuid of the envelope, and
// create_time is in milliseconds.
func (ev *Event) fromFlat(env *envelope) {
	ev.Schema = "1.0"
	ev.ID = string(env.top.text("uuid"))
	ev.Type = string(env.event.text("type"))
	ev.TenantKey = string(env.event.text("tenant_key"))
	ev.Time = parseTime(unquote(env.top.raw("ts")))

	h := object{make([]byte, 0, 256)}
	h.addText("event_id", ev.ID)
	h.addText("event_type", ev.Type)
	if !ev.Time.IsZero() {
		h.addText("create_time", strconv.FormatInt(ev.Time.UnixMilli(), 10))
	}
	h.addText("app_id", ev.AppID)
	h.addText("tenant_key", ev.TenantKey)
	for _, m := range env.top.unique() {
		switch string(m.name) {
		case "uuid", "ts", "token":
		case "event_type", "app_id", "tenant_key": // these are not authenticated
		case "event_id":
			if ev.ID == "" {
				h.add(m.name, m.value)
			}
		case "create_time":
			if ev.Time.IsZero() {
				h.add(m.name, m.value)
			}
		case "type":
			if string(m.value) != `"event_callback"` {
				h.add(m.name, m.value)
			}
		default:
			h.add(m.name, m.value)
		}
	}
	ev.Header = h.end()
}

// object encodes a JSON object, one member after another.
type object struct{ buf []byte }

// name appends the name of a member.
func (o *object) name(name []byte) {
	sep := byte(',')
	if len(o.buf) == 0 {
		sep = '{'
	}
	o.buf = append(quote(append(o.buf, sep), name), ':')
}

// add appends a member whose value is JSON already.
func (o *object) add(name, value []byte) {
	o.name(name)
	o.buf = append(o.buf, value...)
}

// addText appends a string member, unless it is empty.
func (o *object) addText(name, text string) {
	if text != "" {
		o.name([]byte(name))
		o.buf = quote(o.buf, text)
	}
}

// end returns the object.
func (o *object) end() json.RawMessage {
	if len(o.buf) == 0 {
		return json.RawMessage("{}")
	}
	return append(o.buf, '}')
}

// parseTime returns a time of Lark's, whose unit differs: seconds with or without
// decimals, milliseconds (13 digits) or microseconds (16 digits). It returns the
// zero time for anything else.
func parseTime(text []byte) time.Time {
	s := string(text)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
		switch {
		case len(s) <= 11:
			return time.Unix(n, 0).UTC()
		case len(s) <= 14:
			return time.UnixMilli(n).UTC()
		case len(s) <= 17:
			return time.UnixMicro(n).UTC()
		}
		return time.Time{}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f > 0 && f < 1e11) {
		return time.Time{}
	}
	return time.UnixMilli(int64(f * 1000)).UTC()
}

// hashKey returns the key of a body without an id: a hash of it.
func hashKey(plain []byte) string {
	sum := sha256.Sum256(plain)
	return "sha256-" + hex.EncodeToString(sum[:])
}

// oldCardEvent sets the fields of the event of a click in the old, flat style
// (card.action.trigger_v1,
// message-cards/configuring-card-callbacks/card-callback-structure), as if it had come
// in the new style: the known fields move to where the new style has them, and the
// other fields stay beside them.
//
// The old style has no event id. The id is made from the token, which is new with each
// click.
func (a *App) oldCardEvent(ev *Event, env *envelope, plain []byte, refreshToken string, at time.Time) {
	ev.Schema, ev.Type, ev.AppID = "1.0", TypeCardAction, a.AppID
	ev.TenantKey = string(env.top.text("tenant_key"))
	token := env.top.raw("token")
	if token == nil {
		token = plain
	}
	sum := sha256.Sum256(token)
	ev.ID = hex.EncodeToString(sum[:16])
	switch token := env.top.text("token"); {
	case refreshToken != "":
		ev.Key = clickKey([]byte("X-Refresh-Token: " + refreshToken))
	case len(token) > 0:
		ev.Key = clickKey(token)
	default:
		ev.Key = ev.ID
	}
	ev.Time = at.UTC()

	header := object{make([]byte, 0, 256)}
	header.addText("event_id", ev.ID)
	header.addText("event_type", ev.Type)
	header.addText("create_time", strconv.FormatInt(ev.Time.UnixMicro(), 10))
	header.addText("app_id", ev.AppID)
	header.addText("tenant_key", ev.TenantKey)
	ev.Header = header.end()
	ev.Body = newStyle(env.top)
}

// clickKey returns a key that is made from the token of a click. The token itself is
// not in it, because it can change the card.
func clickKey(token []byte) string {
	sum := sha256.Sum256(token)
	return "click-" + hex.EncodeToString(sum[:16])
}

// newStyle returns the body of a click in the new style. The known fields of the old
// style move into operator and context.
func newStyle(top members) []byte {
	operator, context, event := object{}, object{}, object{}
	top = top.unique()
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
		case "operator", "context": // the old style has none
		default:
			event.add(m.name, m.value)
		}
	}
	event.add([]byte("context"), context.end())
	return event.end()
}
