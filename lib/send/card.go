package send

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"larkbridge/lib/lark"
)

// UpdateCard is the verb that replaces a card: the one that was clicked, by
// the token of the click, or any by its message.
type UpdateCard struct {
	Token     string `json:"token"`
	MessageID string `json:"message_id"`
	Card      Object `json:"card"`
}

// plan is im-v1/message-card/uMDO1YjLzgTN24yM4UjN for a token, which is good
// for two uses, so that Lark counts a repetition; and im-v1/message-card/patch
// for a message.
func (u *UpdateCard) plan(c common) (*plan, error) {
	if _, err := only("update_card", field{"token", u.Token != ""}, field{"message_id", u.MessageID != ""}); err != nil {
		return nil, err
	}
	if err := required("update_card", field{"card", u.Card != nil}); err != nil {
		return nil, err
	}
	card := object("card", "interactive", unwrapped(u.Card))
	call, target := onMessage(http.MethodPatch, u.MessageID, "")
	var body any = map[string]string{"content": string(card.doc)}
	if u.Token != "" {
		call, target = lark.Call{Method: http.MethodPost, Path: "interactive/v1/card/update"}, "card "+hashed(u.Token)
		body = map[string]any{"token": u.Token, "card": Object(card.doc)}
	}
	var err error
	if call.Body, err = encode(body); err != nil {
		return nil, err
	}
	p := c.call(target, call)
	p.repeats = u.Token != ""
	return p, card.fits("update_card.card", call.Body)
}

// unwrapped takes a card out of the shape in which a callback's reply has it,
// {"type":"raw","data":{…}}. Templates and card entities stay wrapped: so Lark
// takes them (cardkit-v1/card-callback-communication).
func unwrapped(card Object) Object {
	var reply struct {
		Type string `json:"type"`
		Data Object `json:"data"`
	}
	if json.Unmarshal(card, &reply) == nil && reply.Type == "raw" && reply.Data != nil {
		return reply.Data
	}
	return card
}

// hashed names a secret without telling it.
func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:8])
}
