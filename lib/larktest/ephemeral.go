package larktest

import (
	"cmp"
	"encoding/json"
	"strings"
)

// sendEphemeral is "ephemeral-v1/send": it sends a card that one member of a chat sees.
func sendEphemeral(p *Platform, x *exchange) (any, *failure) {
	var b struct {
		ChatID  string          `json:"chat_id"`
		OpenID  string          `json:"open_id"`
		UserID  string          `json:"user_id"`
		Email   string          `json:"email"`
		MsgType string          `json:"msg_type"`
		Card    json.RawMessage `json:"card"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	user := cmp.Or(b.OpenID, b.UserID, b.Email)
	switch {
	case !strings.HasPrefix(b.ChatID, "oc_"):
		return nil, fail(10003, "Invalid parameter: chat_id")
	case user == "":
		return nil, fail(10003, "Invalid parameter: one of open_id, user_id and email is required")
	case b.MsgType != "interactive":
		return nil, fail(10003, "Invalid parameter: msg_type")
	}
	if _, f := parseCard(b.Card, 10003); f != nil {
		return nil, f
	}
	m := &Message{
		ReceiveID: b.ChatID, ReceiveIDType: "chat_id", OnlyFor: user, MsgType: b.MsgType, Content: string(b.Card),
		CreateTime: x.time, AppID: x.app.ID, TenantKey: x.tenant,
	}
	p.messages.add(p, m)
	return map[string]any{"message_id": m.ID}, nil
}

// deleteEphemeral is "ephemeral-v1/delete".
func deleteEphemeral(p *Platform, x *exchange) (any, *failure) {
	var b struct {
		ID string `json:"message_id"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	m := p.messages.byID[b.ID]
	if m == nil || m.OnlyFor == "" || m.AppID != x.app.ID || m.Recalled {
		return nil, fail(10003, "Invalid parameter: message_id")
	}
	m.Recalled = true
	return nil, nil
}
