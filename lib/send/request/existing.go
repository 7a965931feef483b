package request

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Edit is the verb that replaces the content of a text or post.
type Edit struct {
	MessageID string `json:"message_id"`

	Text     *string `json:"text"`
	Post     Object  `json:"post"`
	Markdown *string `json:"markdown"`

	MsgType string `json:"msg_type"`
	Content Object `json:"content"`
}

// plan is im-v1/message/update.
func (e *Edit) plan(c common) (*Plan, error) {
	if err := required("edit", field{"message_id", e.MessageID != ""}); err != nil {
		return nil, err
	}
	content, err := choose("edit", e.MsgType, e.Content,
		value[lark.Text]("text", e.Text),
		object("post", lark.MsgPost, e.Post),
		markdown("markdown", e.Markdown))
	if err != nil {
		return nil, err
	}
	switch msgType := lark.MsgType(content.what); {
	case msgType == lark.MsgInteractive && content.field == "markdown":
		return nil, errors.New(`field "edit.markdown": headings, tables and images need a card: leave them out, or use update_card`)
	case msgType != lark.MsgText && msgType != lark.MsgPost:
		return nil, errors.New(`field "edit.msg_type": want text or post; a card is changed with update_card`)
	}
	call, err := lark.EditCall(e.MessageID, content.what)
	if err != nil {
		return nil, fmt.Errorf("making the call of the edit: %w", err)
	}
	return c.call("message "+e.MessageID, call), content.fits("edit."+content.field, call.Body)
}

// Recall is the verb that takes a message back.
type Recall struct {
	MessageID string `json:"message_id"`
}

// plan is im-v1/message/delete.
func (r *Recall) plan(c common) (*Plan, error) {
	if err := required("recall", field{"message_id", r.MessageID != ""}); err != nil {
		return nil, err
	}
	call, target := onMessage(http.MethodDelete, r.MessageID, "")
	return c.call(target, call), nil
}

// React is the verb that adds an emoji to a message.
type React struct {
	MessageID string `json:"message_id"`
	Emoji     string `json:"emoji"`
}

// plan is im-v1/message-reaction/create.
func (r *React) plan(c common) (*Plan, error) {
	err := required("react", field{"message_id", r.MessageID != ""}, field{"emoji", r.Emoji != ""})
	if err != nil {
		return nil, err
	}
	call, target := onMessage(http.MethodPost, r.MessageID, "/reactions")
	call.Body, err = encode(map[string]any{"reaction_type": map[string]string{"emoji_type": r.Emoji}})
	return c.call(target, call), err
}

// Unreact is the verb that removes an emoji which the app added to a message.
type Unreact struct {
	MessageID  string `json:"message_id"`
	ReactionID string `json:"reaction_id"` // of the result of react
}

// plan is im-v1/message-reaction/delete.
func (u *Unreact) plan(c common) (*Plan, error) {
	err := required("unreact", field{"message_id", u.MessageID != ""}, field{"reaction_id", u.ReactionID != ""})
	if err != nil {
		return nil, err
	}
	call, target := onMessage(http.MethodDelete, u.MessageID, "/reactions/:reaction_id")
	call.PathParams["reaction_id"] = u.ReactionID
	return c.call(target, call), nil
}

// GetMessage is the verb that reads a message.
type GetMessage struct {
	MessageID  string `json:"message_id"`
	UserIDType string `json:"user_id_type"` // "" is open_id
}

// plan is im-v1/message/get.
func (g *GetMessage) plan(c common) (*Plan, error) {
	kind := cmp.Or(g.UserIDType, "open_id")
	err := firstError(
		required("get_message", field{"message_id", g.MessageID != ""}),
		oneOf("get_message.user_id_type", kind, "open_id", "user_id", "union_id"),
	)
	if err != nil {
		return nil, err
	}
	call, _ := onMessage(http.MethodGet, g.MessageID, "")
	call.Query = url.Values{"user_id_type": {kind}}
	return c.call("", call), nil
}

// Forward is the verb that forwards one message, or several as one.
type Forward struct {
	MessageID  string   `json:"message_id"`
	MessageIDs []string `json:"message_ids"`
	To         *Target  `json:"to"`
}

// maxMerged is how many messages one can hold (im-v1/message/merge_forward).
const maxMerged = 100

// plan is im-v1/message/forward or im-v1/message/merge_forward. The uuid is in
// the query here.
func (f *Forward) plan(c common) (*Plan, error) {
	_, err := oneGiven("forward", field{"message_id", f.MessageID != ""}, field{"message_ids", f.MessageIDs != nil})
	if err != nil {
		return nil, err
	}
	to, err := f.To.receiver("forward.to")
	if err != nil {
		return nil, err
	}
	call, _ := onMessage(http.MethodPost, f.MessageID, "/forward")
	body := map[string]any{"receive_id": to.ID()}
	if f.MessageIDs != nil {
		if err := filled("forward.message_ids", f.MessageIDs, maxMerged); err != nil {
			return nil, err
		}
		call = lark.Call{Method: http.MethodPost, Path: "im/v1/messages/merge_forward"}
		body["message_id_list"] = f.MessageIDs
	}
	call.Query = url.Values{"receive_id_type": {to.IDType()}, "uuid": {c.uuid}}
	call.Body, err = encode(body)
	return c.call(to.IDType()+" "+to.ID(), call), err
}

// filled checks a list of ids.
func filled(where string, userIDs []string, limit int) error {
	if len(userIDs) == 0 || len(userIDs) > limit {
		return fmt.Errorf("field %q: want 1 to %d ids, not %d", where, limit, len(userIDs))
	}
	for i, id := range userIDs {
		if id == "" {
			return fmt.Errorf("field %q is empty", fmt.Sprintf("%s.%d", where, i))
		}
	}
	return nil
}

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
func (u *Urgent) plan(c common) (*Plan, error) {
	how, kind := cmp.Or(u.How, "app"), cmp.Or(u.UserIDType, "open_id")
	err := firstError(
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
	p.MayRepeat = true
	return p, err
}

// ReadUsers is the verb that lists who has read a message.
type ReadUsers struct {
	MessageID  string `json:"message_id"`
	UserIDType string `json:"user_id_type"` // "" is open_id
	PageSize   int    `json:"page_size"`    // 0 is the largest
	PageToken  string `json:"page_token"`   // where an earlier list ended
}

// maxPageSize is the largest page (im-v1/message/read_users).
const maxPageSize = 100

// plan is im-v1/message/read_users, all pages.
func (r *ReadUsers) plan(c common) (*Plan, error) {
	kind, size := cmp.Or(r.UserIDType, "open_id"), cmp.Or(r.PageSize, maxPageSize)
	err := firstError(
		required("read_users", field{"message_id", r.MessageID != ""}),
		oneOf("read_users.user_id_type", kind, "open_id", "user_id", "union_id"),
	)
	switch {
	case err != nil:
		return nil, err
	case size < 1 || size > maxPageSize:
		return nil, errors.New(`field "read_users.page_size": want 1 to 100`)
	}
	call, _ := onMessage(http.MethodGet, r.MessageID, "/read_users")
	call.Query = url.Values{"user_id_type": {kind}, "page_size": {strconv.Itoa(size)}}
	if r.PageToken != "" {
		call.Query.Set("page_token", r.PageToken)
	}
	return c.pages(call, maxPages), nil
}

// pages makes a plan of a call for each page of a list.
func (c common) pages(call lark.Call, limit int) *Plan {
	call.TenantKey = c.tenantKey
	return &Plan{Run: func(ctx context.Context, clients *Clients) (*lark.Result, error) {
		return clients.Lark.List(ctx, call, limit)
	}}
}
