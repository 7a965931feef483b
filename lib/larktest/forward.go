package larktest

import "slices"

// unforwardableTypes are the message types that cannot be forwarded ("im-v1/message/forward").
var unforwardableTypes = []string{"audio", "system"}

// forwardTarget decodes the body of a call that forwards and checks its receiver. The
// uuid of these calls is in the query.
func (x *exchange) forwardTarget(b *outgoing) (receiverType string, f *failure) {
	if f := x.decode(b); f != nil {
		return "", f
	}
	q := x.URL.Query()
	to := q.Get("receive_id_type")
	b.UUID = q.Get("uuid")
	var c check
	c.oneOf("receive_id_type", to, forwardTypes)
	c.required("receive_id", b.ReceiveID)
	c.maxLen("uuid", b.UUID, 50)
	if f := c.failure(); f != nil {
		return "", f
	}
	return to, checkReceiver(to, b.ReceiveID)
}

func forwardMessage(p *Platform, x *exchange) (any, *failure) {
	var b outgoing
	to, f := x.forwardTarget(&b)
	if f != nil {
		return nil, f
	}
	m := p.messages.byID[x.PathValue("id")]
	switch {
	case m == nil || m.OnlyFor != "":
		return nil, fail(230064, "The message to be forwarded is invalid.")
	case m.Recalled:
		return nil, fail(230065, "The message to be forwarded has been recalled.")
	case slices.Contains(unforwardableTypes, m.MsgType):
		return nil, fail(230061, "The message type does not support forwarding.")
	}
	// In a forward, a uuid applies to one receiver.
	return p.addOrFind(x, "forward "+b.ReceiveID, &Message{
		ReceiveID: b.ReceiveID, ReceiveIDType: to, MsgType: m.MsgType, Content: m.Content, UUID: b.UUID,
	})
}

func mergeForward(p *Platform, x *exchange) (any, *failure) {
	var b outgoing
	to, f := x.forwardTarget(&b)
	if f != nil {
		return nil, f
	}
	var c check
	if len(b.IDs) == 0 || len(b.IDs) > 100 {
		c.add("message_id_list", "", "the len must be 1 to 100")
		return nil, c.failure()
	}
	messages, invalid, f := p.mergeable(b.IDs)
	if f != nil {
		return nil, f
	}
	if slices.ContainsFunc(messages, func(m *Message) bool { return m.ChatID() != messages[0].ChatID() }) {
		return nil, fail(230069, "Does not support forwarding messages from different groups.")
	}
	data, f := p.addOrFind(x, "merge_forward "+b.ReceiveID, &Message{
		ReceiveID: b.ReceiveID, ReceiveIDType: to, UUID: b.UUID,
		MsgType: "merge_forward", Content: "Merged and Forwarded Message",
	})
	if f != nil {
		return nil, f
	}
	return map[string]any{"message": data, "invalid_message_id_list": invalid}, nil
}

// mergeable returns the messages that can be forwarded, and the ids for which there is
// no such message. It fails if no message can be forwarded.
func (p *Platform) mergeable(messageIDs []string) (messages []*Message, invalid []string, f *failure) {
	recalled := 0
	invalid = []string{}
	for _, id := range messageIDs {
		m := p.messages.byID[id]
		if m != nil && !m.Recalled && m.MsgType != "system" {
			messages = append(messages, m)
			continue
		}
		if m != nil && m.Recalled {
			recalled++
		}
		invalid = append(invalid, id)
	}
	switch {
	case recalled == len(messageIDs):
		f = fail(230065, "All messages to be forwarded have been recalled.")
	case len(messages) == 0:
		f = fail(230064, "All messages to be forwarded are invalid.")
	}
	return messages, invalid, f
}
