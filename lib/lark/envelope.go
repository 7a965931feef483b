package lark

import "encoding/json"

// member is one member of an object: its name without quotes and its value as
// it stands in the document.
type member struct{ name, value []byte }

// members is an object in the order of the document.
type members []member

// raw returns the value of the named member, nil when there is none. Of
// several the last counts, as it does for Lark's own SDKs.
func (m members) raw(name string) []byte {
	for i := len(m) - 1; i >= 0; i-- {
		if string(m[i].name) == name {
			return m[i].value
		}
	}
	return nil
}

// text is raw for a string member: its text, nil for any other kind.
func (m members) text(name string) []byte {
	v := m.raw(name)
	if len(v) == 0 || v[0] != '"' {
		return nil
	}
	return unquote(v)
}

// envelope is a callback's body taken apart in one pass, before anything is
// decided about it. All its slices point into the body.
//
// Both schemas (event-subscription-guide, "Event structure") have an "event"
// object; version 2.0 names the event in "header", version 1.0 in top-level
// fields and in the event itself.
type envelope struct {
	top     members // everything but header and event
	header  members
	event   members
	message members // event.message, where it is an object
	body    json.RawMessage

	r         reader
	hasHeader bool
	encrypted bool // the body came inside an "encrypt" field
}

// read takes src apart. It fails unless src is one JSON object and nothing
// more: anything after it could have been added by whoever relayed it, since
// Lark's signature is a plain hash.
func (e *envelope) read(src []byte) error {
	e.clear()
	r := &e.r
	r.reset(src)
	if r.kind() != '{' {
		return errNotJSON
	}
	err := r.members(func(name []byte) (err error) {
		switch {
		case string(name) == "header" && r.kind() == '{':
			e.hasHeader = true
			return r.collect(&e.header)
		case string(name) == "event" && r.kind() == '{':
			e.body, err = r.span(e.readEvent)
			return err
		case string(name) == "event":
			e.body, err = r.value()
			return err
		}
		return r.member(name, &e.top)
	})
	if err != nil {
		return errNotJSON
	}
	return r.end()
}

// clear makes the envelope ready for another body.
func (e *envelope) clear() {
	if e.top == nil {
		const usual = 8 // members of an object
		room := make(members, 5*usual)
		e.top, e.header, e.event = room[:0:usual], room[usual:usual:2*usual], room[2*usual:2*usual:3*usual]
		e.message = room[3*usual : 3*usual]
	}
	e.top, e.header, e.event, e.message = e.top[:0], e.header[:0], e.event[:0], e.message[:0]
	e.body, e.hasHeader = nil, false
}

// readEvent collects the members of the event and, one level deeper, of the
// message of an im.message.receive_v1.
func (e *envelope) readEvent() error {
	return e.r.members(func(name []byte) error {
		if string(name) == "message" && e.r.kind() == '{' {
			return e.r.collect(&e.message)
		}
		return e.r.member(name, &e.event)
	})
}

// member reads one value and appends it to list.
func (r *reader) member(name []byte, list *members) error {
	value, err := r.value()
	*list = append(*list, member{name, value})
	return err
}

// collect reads an object into list.
func (r *reader) collect(list *members) error {
	return r.members(func(name []byte) error { return r.member(name, list) })
}

// token is the Verification Token that the body carries: header.token in
// schema 2.0, token at the top in 1.0 and in url_verification.
func (e *envelope) token() []byte {
	if token := e.header.raw("token"); token != nil {
		return unquote(token)
	}
	return e.top.text("token")
}

// isChallenge says whether the body is a url_verification. An event that
// happens to carry the same type is still an event.
func (e *envelope) isChallenge() bool {
	return !e.hasHeader && e.body == nil && string(e.top.text("type")) == "url_verification"
}

// isOldCard says whether the body is a click in the old, flat style.
func (e *envelope) isOldCard() bool {
	return !e.hasHeader && e.body == nil && e.top.raw("schema") == nil &&
		e.top.raw("action") != nil && e.top.raw("open_message_id") != nil
}

// appID is the app that the body is for, nil when it does not say.
func (e *envelope) appID() []byte {
	if e.hasHeader {
		return e.header.text("app_id")
	}
	return e.event.text("app_id")
}
