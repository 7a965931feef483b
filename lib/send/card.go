package send

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// UpdateCard is the verb that replaces a card: the one that was clicked, by
// the token of the click, or any by its message. With both, the message counts
// once the token has ended: after 30 min, or two uses.
type UpdateCard struct {
	Token     string `json:"token"`
	MessageID string `json:"message_id"`
	Card      Object `json:"card"`
}

// plan is im-v1/message-card/uMDO1YjLzgTN24yM4UjN for a token, which is good
// for two uses, so that Lark counts a repetition; and im-v1/message-card/patch
// for a message.
func (u *UpdateCard) plan(c common) (*plan, error) {
	if u.Token == "" && u.MessageID == "" {
		return nil, errors.New(`field "update_card": give one of token, message_id`)
	}
	if err := required("update_card", field{"card", u.Card != nil}); err != nil {
		return nil, err
	}
	card := object("card", "interactive", unwrapped(u.Card))
	patch, target := onMessage(http.MethodPatch, u.MessageID, "")
	var err error
	if patch.Body, err = encode(map[string]string{"content": string(card.doc)}); err != nil {
		return nil, err
	}
	if u.Token == "" {
		return c.call(target, patch), card.fits("update_card.card", patch.Body)
	}
	update := lark.Call{Method: http.MethodPost, Path: "interactive/v1/card/update"}
	if update.Body, err = encode(map[string]any{"token": u.Token, "card": Object(card.doc)}); err != nil {
		return nil, err
	}
	p := c.call("card "+hashed(u.Token), update)
	p.repeats = true
	if u.MessageID != "" {
		p.run = orElse(p.run, ended, c.call(target, patch).run)
	}
	return p, card.fits("update_card.card", update.Body)
}

// ended says whether a card's token cannot be used any more: bad, expired or
// used twice.
func ended(e *lark.Error) bool { return e.Code == 300020 || e.Code == 300030 || e.Code == 300040 }

// orElse runs first and, when it fails so, second.
func orElse(first runner, so func(*lark.Error) bool, second runner) runner {
	return func(ctx context.Context, t *tools) (*lark.Result, error) {
		res, err := first(ctx, t)
		var e *lark.Error
		if errors.As(err, &e) && so(e) {
			return second(ctx, t)
		}
		return res, err
	}
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
