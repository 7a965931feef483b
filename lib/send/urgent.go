package send

import (
	"cmp"
	"net/http"
	"net/url"
)

// Urgent is the verb that makes a message urgent for some of its readers.
type Urgent struct {
	MessageID  string   `json:"message_id"`
	UserIDs    []string `json:"user_ids"`
	UserIDType string   `json:"user_id_type"` // "" is open_id
	How        string   `json:"how"`          // app, sms or phone; "" is app
}

// maxUrgent is how many readers one call takes (im-v1/buzz-messages).
const maxUrgent = 200

// plan is im-v1/buzz-messages/urgent_app, urgent_sms or urgent_phone. Each
// call rings again, and two of them cost money.
func (u *Urgent) plan(c common) (*plan, error) {
	how, kind := cmp.Or(u.How, "app"), cmp.Or(u.UserIDType, "open_id")
	err := cmp.Or(
		required("urgent", field{"message_id", u.MessageID != ""}, field{"user_ids", u.UserIDs != nil}),
		oneOf("urgent.how", how, "app", "sms", "phone"),
		oneOf("urgent.user_id_type", kind, "open_id", "user_id", "union_id"),
	)
	if err == nil {
		err = filled("urgent.user_ids", u.UserIDs, maxUrgent)
	}
	if err != nil {
		return nil, err
	}
	call, target := onMessage(http.MethodPatch, u.MessageID, "/urgent_"+how)
	call.Query = url.Values{"user_id_type": {kind}}
	call.Body, err = encode(map[string]any{"user_id_list": u.UserIDs})
	p := c.call(target, call)
	p.repeats = true
	return p, err
}
