package cases

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"
)

// anyMessage is the message of a case that gives an HTTP payload alone.
const anyMessage = `{"message_id":"om_%s","chat_id":"oc_9","chat_type":"p2p","message_type":"text","content":"{\"text\":\"hello\"}"}`

// Payload returns what Lark posts for a delivery to an app before it encrypts
// it, in the order of the fields that the case has.
func (p *Post) Payload(token, appID string, now time.Time) ([]byte, error) {
	var doc []byte
	switch {
	case p.Event != nil && p.Event[0] == '"':
		var text string
		if err := json.Unmarshal(p.Event, &text); err != nil {
			return nil, fmt.Errorf("reading the text of the event: %w", err)
		}
		return expand([]byte(text), token, appID, now), nil
	case p.Event != nil:
		doc = p.Event
	case p.Click != nil && p.Click.Style == "old":
		doc = p.Click.Body
	case p.Click != nil:
		id := p.Click.EventID
		if id == "" {
			id = "ev_" + rand.Text()
		}
		doc = envelope("card.action.trigger", id, p.Click.Event)
	case p.Message != nil:
		doc = messageEnvelope(p.Message)
	default:
		doc = messageEnvelope(fmt.Appendf(nil, anyMessage, rand.Text()))
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, doc); err != nil {
		return nil, fmt.Errorf("writing the payload: %w", err)
	}
	return expand(compact.Bytes(), token, appID, now), nil
}

func messageEnvelope(message []byte) []byte {
	const sender = `{"sender":{"sender_id":{"open_id":"ou_mei","union_id":"on_mei","user_id":""},"sender_type":"user","tenant_key":"t_1"},"message":%s}`
	return envelope("im.message.receive_v1", "ev_"+rand.Text(), fmt.Appendf(nil, sender, message))
}

func envelope(eventType, id string, event []byte) []byte {
	return fmt.Appendf(nil, `{"schema":"2.0","header":{"event_id":"%s","event_type":"%s","create_time":"1795000000000","token":"{{token}}","app_id":"{{app_id}}","tenant_key":"t_1"},"event":%s}`,
		id, eventType, event)
}
