package larktest

import (
	"encoding/json"
	"net/http"
	"slices"
)

// batchTypes are the message types of "message-v4/batch_send".
var batchTypes = []string{"text", "image", "post", "share_chat", "interactive"}

// objectBody is the body of a call that takes content and card as JSON objects. Calls on
// messages take them as a string.
type objectBody struct {
	MsgType       string          `json:"msg_type"`
	Content       json.RawMessage `json:"content"`
	Card          json.RawMessage `json:"card"`
	DepartmentIDs []string        `json:"department_ids"`
	OpenIDs       []string        `json:"open_ids"`
	UserIDs       []string        `json:"user_ids"`
	UnionIDs      []string        `json:"union_ids"`
}

// messageContent returns the content of the message: field card for a card, else field
// content.
func (d objectBody) messageContent() json.RawMessage {
	if d.MsgType == "interactive" {
		return d.Card
	}
	return d.Content
}

// receivers returns the receivers, grouped by the type of their id.
func (d objectBody) receivers() []receiverList {
	return []receiverList{
		{"department_id", d.DepartmentIDs}, {"open_id", d.OpenIDs},
		{"user_id", d.UserIDs}, {"union_id", d.UnionIDs},
	}
}

// receiverList is the receivers whose ids have one type.
type receiverList struct {
	idType string
	values []string
}

// batchSend is "message-v4/batch_send": its errors come with HTTP 200, it has
// no uuid, and it takes users and departments but no chats.
func batchSend(p *Platform, x *exchange) (any, *failure) {
	var b objectBody
	f := x.decode(&b)
	if f == nil {
		f = p.checkBatch(x, b)
	}
	if f != nil {
		return nil, f.withStatus(http.StatusOK)
	}
	id := p.nextID("bm-")
	data := map[string]any{"message_id": id}
	for _, l := range b.receivers() {
		for _, to := range l.values {
			p.messages.add(p, &Message{
				ID: id, ReceiveID: to, ReceiveIDType: l.idType, MsgType: b.MsgType, Content: string(b.messageContent()),
				CreateTime: x.time, AppID: x.app.ID, TenantKey: x.tenant,
			})
		}
		data["invalid_"+l.idType+"s"] = []string{}
	}
	return data, nil
}

func (p *Platform) checkBatch(x *exchange, b objectBody) *failure {
	total := 0
	for _, l := range b.receivers() {
		total += len(l.values)
		if len(l.values) > 200 {
			return fail(10003, "Invalid parameter: more than 200 "+l.idType+"s")
		}
	}
	switch {
	case total == 0:
		return fail(10003, "Invalid parameter: no receivers")
	case slices.Contains(b.DepartmentIDs, "0"):
		return fail(10003, "Invalid parameter: the root department is not allowed")
	case !slices.Contains(batchTypes, b.MsgType):
		return fail(10003, "Invalid parameter: msg_type")
	case len(x.body) > maxContent(b.MsgType):
		return fail(11246, "Create message content fail: too long")
	}
	if f := p.checkObjectBody(x, b); f != nil {
		return fail(11246, "Create message content fail: "+f.msg)
	}
	return nil
}

// checkObjectBody checks content that is an object. A post is in its field post, and
// the id of a shared chat in its field share_chat_id.
func (p *Platform) checkObjectBody(x *exchange, b objectBody) *failure {
	var content map[string]json.RawMessage
	if b.MsgType != "interactive" && (json.Unmarshal(b.Content, &content) != nil || content == nil) {
		return invalidContent("content is not an object")
	}
	switch b.MsgType {
	case "post":
		var post any
		if json.Unmarshal(content["post"], &post) == nil && findTag(post, []string{"md"}) != "" {
			return invalidContent("tag md is not supported here")
		}
		return p.checkContent(x, "post", string(content["post"]))
	case "share_chat":
		if text(content["share_chat_id"]) == "" {
			return invalidContent("content of share_chat has no share_chat_id")
		}
		return nil
	}
	return p.checkContent(x, b.MsgType, string(b.messageContent()))
}
