package larktest

import (
	"slices"
)

// reaction is an emoji on a message.
type reaction struct {
	message *Message
	emoji   string
}

// addReaction is "im-v1/message-reaction/create".
func addReaction(p *Platform, x *exchange) (any, *failure) {
	var b struct {
		Type struct {
			Emoji string `json:"emoji_type"`
		} `json:"reaction_type"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	var c check
	c.required("reaction_type.emoji_type", b.Type.Emoji)
	if f := c.failure(); f != nil {
		return nil, f
	}
	m, f := p.knownMessage(x)
	switch {
	case f != nil:
		return nil, fail(231003, "The message is not found, maybe not exist or deleted.")
	case m.MsgType == "system":
		return nil, fail(231017, "This operation is not supported for this message type.")
	}
	m.Reactions = append(m.Reactions, b.Type.Emoji)
	id := p.nextID("r_")
	p.messages.reactions[id] = reaction{m, b.Type.Emoji}
	return map[string]any{
		"reaction_id":   id,
		"operator":      map[string]any{"operator_id": x.app.ID, "operator_type": "app"},
		"action_time":   millis(x.time),
		"reaction_type": b.Type,
	}, nil
}

// removeReaction is "im-v1/message-reaction/delete".
func removeReaction(p *Platform, x *exchange) (any, *failure) {
	id := x.PathValue("reaction")
	r, ok := p.messages.reactions[id]
	if !ok || r.message.ID != x.PathValue("id") {
		return nil, fail(231003, "The reaction is not found, maybe not exist or deleted.")
	}
	delete(p.messages.reactions, id)
	if i := slices.Index(r.message.Reactions, r.emoji); i >= 0 {
		r.message.Reactions = slices.Delete(r.message.Reactions, i, i+1)
	}
	return map[string]any{"reaction_id": id, "reaction_type": map[string]any{"emoji_type": r.emoji}}, nil
}
