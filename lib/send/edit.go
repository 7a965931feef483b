package send

import (
	"errors"
	"net/http"
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
func (e *Edit) plan(c common) (*plan, error) {
	if err := required("edit", field{"message_id", e.MessageID != ""}); err != nil {
		return nil, err
	}
	content, err := choose("edit", e.MsgType, e.Content,
		value("text", "text", "text", e.Text),
		object("post", "post", e.Post),
		markdown("markdown", e.Markdown))
	switch {
	case err != nil:
		return nil, err
	case content.kind == "interactive" && content.field == "markdown":
		return nil, errors.New(`field "edit.markdown": headings, tables and images need a card: leave them out, or use update_card`)
	case content.kind != "text" && content.kind != "post":
		return nil, errors.New(`field "edit.msg_type": want text or post; a card is changed with update_card`)
	}
	call, target := onMessage(http.MethodPut, e.MessageID, "")
	if call.Body, err = encode(outgoing{MsgType: content.kind, Content: string(content.doc)}); err != nil {
		return nil, err
	}
	return c.call(target, call), content.fits("edit."+content.field, call.Body)
}

// Recall is the verb that takes a message back.
type Recall struct {
	MessageID string `json:"message_id"`
}

// plan is im-v1/message/delete.
func (r *Recall) plan(c common) (*plan, error) {
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
func (r *React) plan(c common) (*plan, error) {
	err := required("react", field{"message_id", r.MessageID != ""}, field{"emoji", r.Emoji != ""})
	if err != nil {
		return nil, err
	}
	call, target := onMessage(http.MethodPost, r.MessageID, "/reactions")
	call.Body, err = encode(map[string]any{"reaction_type": map[string]string{"emoji_type": r.Emoji}})
	return c.call(target, call), err
}
