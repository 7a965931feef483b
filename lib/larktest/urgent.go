package larktest

// Urgent is one urgent notification ("buzz") of users about a message.
type Urgent struct {
	Kind  string // app, sms or phone
	Users []string
}

// urgent returns the handler of "im-v1/message/urgent_app", "urgent_sms" or
// "urgent_phone".
func urgent(kind string) handler {
	return func(p *Platform, x *exchange) (any, *failure) {
		var b struct {
			Users []string `json:"user_id_list"`
		}
		if f := x.decode(&b); f != nil {
			return nil, f
		}
		var c check
		c.oneOf("user_id_type", x.URL.Query().Get("user_id_type"), userIDTypes)
		if len(b.Users) == 0 || len(b.Users) > 200 {
			c.add("user_id_list", "", "the len must be 1 to 200")
		}
		if f := c.failure(); f != nil {
			return nil, f
		}
		m, f := p.ownMessage(x, fail(230012, "Bot is NOT the sender of the message."))
		if f != nil {
			return nil, f
		}
		m.Urgent = append(m.Urgent, Urgent{kind, b.Users})
		return map[string]any{"invalid_user_id_list": []string{}}, nil
	}
}
