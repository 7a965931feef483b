package lark

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// MaxCardReply is the size in bytes up to which Lark takes the answer to a
// click (cardkit-v1/card-callback-communication).
const MaxCardReply = 30 << 10

// CardReply is the answer to a click or a link preview, in the new style.
// [CardReply.Encode] writes it in the style of the click. Every field is optional;
// an empty reply changes nothing.
type CardReply struct {
	Toast *Toast    `json:"toast,omitempty"`
	Card  *CardBody `json:"card,omitempty"`
	// Inline is the preview of a link, for url.preview.get alone.
	Inline json.RawMessage `json:"inline,omitempty"`
}

// Toast is a short notice to the user who clicked.
type Toast struct {
	Type    string            `json:"type,omitempty"` // info, success, error or warning
	Content string            `json:"content,omitempty"`
	I18n    map[string]string `json:"i18n,omitempty"` // by language, such as zh_cn
}

// CardBody is a card as replies and messages have it: of the type raw, whose data
// is the card, such as a [Card]; or template, whose data is a [Template]. A reply to
// a click takes a card of the version of the card that was clicked.
type CardBody struct {
	Type string `json:"type"`
	Data any    `json:"data"`
}

// ParseCardReply decodes the answer of a handler: a reply in the new style, a card
// itself, or null or nothing for no change. It returns an error for what Lark would
// refuse.
func ParseCardReply(doc []byte) (*CardReply, error) {
	var r reader
	r.reset(doc)
	if len(doc) == 0 || string(doc) == "null" {
		return &CardReply{}, nil
	}
	if len(doc) > MaxCardReply {
		return nil, fmt.Errorf("it has %d bytes, over Lark's limit of %d", len(doc), MaxCardReply)
	}
	var fields members
	if r.kind() != '{' || r.collect(&fields) != nil || r.end() != nil {
		return nil, errors.New("it is not one JSON object")
	}
	if isBareCard(fields) {
		return parseBareCard(fields)
	}
	for _, f := range fields {
		if !slices.Contains([]string{"toast", "card", "inline"}, string(f.name)) {
			return nil, fmt.Errorf("it has a field %.40q: want toast and card", f.name)
		}
	}
	var raw struct {
		Toast  *Toast
		Inline json.RawMessage
		Card   *struct {
			Type string
			Data json.RawMessage
		}
	}
	if err := json.Unmarshal(doc, &raw); err != nil {
		return nil, errors.New("its toast or card has another shape than Lark's")
	}
	reply := &CardReply{Toast: raw.Toast, Inline: raw.Inline}
	if raw.Card != nil {
		reply.Card = &CardBody{raw.Card.Type, raw.Card.Data}
	}
	return reply, reply.check()
}

// isBareCard reports whether a handler returned the card itself, as handlers of Lark's
// SDKs for the old style do, or the value of the field card.
func isBareCard(fields members) bool {
	begins := func(name string, first byte) bool { v := fields.raw(name); return len(v) > 0 && v[0] == first }
	kind := string(fields.text("type"))
	return begins("elements", '[') || begins("header", '{') || begins("schema", '"') || begins("body", '{') ||
		(kind == "raw" || kind == "template") && fields.raw("data") != nil
}

// parseBareCard returns the reply whose card the fields are. A toast beside them is
// the toast of the reply.
func parseBareCard(fields members) (*CardReply, error) {
	reply := &CardReply{Card: &CardBody{Type: "raw"}}
	card := object{}
	for _, f := range fields.unique() {
		if string(f.name) != "toast" {
			card.add(f.name, f.value)
		} else if json.Unmarshal(f.value, &reply.Toast) != nil {
			return nil, errors.New("its toast has another shape than Lark's")
		}
	}
	reply.Card.Data = card.end()
	if data := fields.raw("data"); data != nil && fields.raw("elements") == nil {
		reply.Card.Type, reply.Card.Data = string(fields.text("type")), json.RawMessage(data)
	}
	return reply, reply.check()
}

// check returns an error for a reply that Lark would refuse.
func (r *CardReply) check() error {
	if r.Toast != nil && !slices.Contains([]string{"", "info", "success", "error", "warning"}, r.Toast.Type) {
		return errors.New("toast.type is not info, success, error or warning")
	}
	if r.Card == nil {
		return nil
	}
	if r.Card.Type != "raw" && r.Card.Type != "template" {
		return errors.New("card.type is not raw or template")
	}
	return nil
}

// Encode returns the reply as JSON, in the old style or in the new one, as the click
// came.
func (r *CardReply) Encode(old bool) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	doc, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encoding the reply: %w", err)
	}
	if r.Card != nil {
		data, err := json.Marshal(r.Card.Data)
		if err != nil || len(data) == 0 || data[0] != '{' {
			return nil, errors.New("card.data is not an object")
		}
		if old {
			if doc, err = r.oldStyle(data); err != nil {
				return nil, err
			}
		}
	}
	if len(doc) > MaxCardReply {
		return nil, fmt.Errorf("it has %d bytes, over Lark's limit of %d", len(doc), MaxCardReply)
	}
	return doc, nil
}

// oldStyle returns the reply in the old style: the card itself at the top level with
// the toast among its fields, or a template as {"type":"template","data":…}
// (message-cards/configuring-card-callbacks/card-callback-structure).
func (r *CardReply) oldStyle(data []byte) ([]byte, error) {
	var out object
	if r.Toast != nil {
		toast, err := json.Marshal(r.Toast)
		if err != nil {
			return nil, fmt.Errorf("encoding the toast: %w", err)
		}
		out.add([]byte("toast"), toast)
	}
	if r.Card.Type == "template" {
		out.addText("type", "template")
		out.add([]byte("data"), data)
		return out.end(), nil
	}
	var rd reader
	var card members
	rd.reset(data)
	if err := rd.collect(&card); err != nil {
		return nil, errors.New("card.data is not an object")
	}
	for _, m := range card {
		if string(m.name) != "toast" {
			out.add(m.name, m.value)
		}
	}
	return out.end(), nil
}
