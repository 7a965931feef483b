package send

import (
	"encoding/json"
	"fmt"
)

// content is a message's content, given by one field
// (im-v1/message/message-content-description/create_json).
type content struct {
	field string
	kind  string // msg_type
	doc   json.RawMessage
	given bool
}

// value is content of one text: {"text":"…"}, {"image_key":"…"}, ….
func value(field, kind, name string, text *string) content {
	if text == nil {
		return content{field: field}
	}
	c := content{field: field, kind: kind, given: true}
	if *text != "" {
		c.doc, _ = encode(map[string]string{name: *text}) // a map of strings always encodes
	}
	return c
}

// object is content that is given as Lark takes it.
func object(field, kind string, doc Object) content {
	return content{field, kind, json.RawMessage(doc), doc != nil}
}

// choose returns the one content that is given. raw is msg_type and content,
// which go together.
func choose(where, msgType string, raw Object, list ...content) (content, error) {
	if (msgType != "") != (raw != nil) {
		return content{}, fmt.Errorf("field %q: msg_type and content go together", where)
	}
	list = append(list, object("content", msgType, raw))
	fields := make([]field, len(list))
	for i, c := range list {
		fields[i] = field{c.field, c.given}
	}
	name, err := only(where, fields...)
	if err != nil {
		return content{}, err
	}
	for _, c := range list {
		if c.field == name && c.doc != nil {
			return c, nil
		}
	}
	return content{}, fmt.Errorf("field %q is empty", where+"."+name)
}

// fits checks the size of a request's body (im-v1/message/create): 30 KB for
// cards and posts, 150 KB for the rest.
func (c content) fits(where string, body []byte) error {
	limit := 150 << 10
	if c.kind == "interactive" || c.kind == "post" {
		limit = 30 << 10
	}
	return fits(where, len(body), limit)
}

func fits(where string, size, limit int) error {
	if size > limit {
		return fmt.Errorf("field %q: the call has %d bytes, and Lark takes %d: make it shorter", where, size, limit)
	}
	return nil
}
