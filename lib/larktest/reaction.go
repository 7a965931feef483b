package larktest

import (
	"strconv"
)

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
	return map[string]any{
		"reaction_id":   p.nextID("r_"),
		"operator":      map[string]any{"operator_id": x.app.ID, "operator_type": "app"},
		"action_time":   strconv.FormatInt(x.time.UnixMilli(), 10),
		"reaction_type": b.Type,
	}, nil
}
