package request

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
func (u *UpdateCard) plan(c common) (*Plan, error) {
	if u.Token == "" && u.MessageID == "" {
		return nil, errors.New(`field "update_card": give one of token, message_id`)
	}
	if err := required("update_card", field{"card", u.Card != nil}); err != nil {
		return nil, err
	}
	doc := unwrapped(u.Card)
	card := object("card", lark.MsgInteractive, doc)
	patch, target := onMessage(http.MethodPatch, u.MessageID, "")
	var err error
	if patch.Body, err = encode(map[string]string{"content": string(doc)}); err != nil {
		return nil, err
	}
	if u.Token == "" {
		return c.call(target, patch), card.fits("update_card.card", patch.Body)
	}
	update := lark.Call{Method: http.MethodPost, Path: "interactive/v1/card/update"}
	if update.Body, err = encode(map[string]any{"token": u.Token, "card": doc}); err != nil {
		return nil, err
	}
	p := c.call("card "+hashed(u.Token), update)
	p.MayRepeat = true
	if u.MessageID != "" {
		byToken, byMessage := p.Run, c.call(target, patch).Run
		p.Run = func(ctx context.Context, clients *Clients) (*lark.Result, error) {
			res, err := byToken(ctx, clients)
			if tokenEnded(err) {
				return byMessage(ctx, clients)
			}
			return res, err
		}
	}
	return p, card.fits("update_card.card", update.Body)
}

// tokenEnded reports whether a call failed because the token of a card cannot
// be used any more: it is bad, expired or used twice.
func tokenEnded(err error) bool {
	var e *lark.Error
	return errors.As(err, &e) && (e.Code == 300020 || e.Code == 300030 || e.Code == 300040)
}

// unwrapped returns the card inside {"type":"raw","data":{…}}, the form that
// the reply to a callback has. Templates and card entities stay wrapped, because
// Lark takes them so (cardkit-v1/card-callback-communication).
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

// hashed returns a name for a secret that does not reveal it.
func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:8])
}
