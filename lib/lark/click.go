package lark

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
)

// CardHandler answers clicks and link previews in Go. It has 2.2 s from the arrival of
// the click. If it returns an error, or nothing in that time, the click is answered
// with the app's card_toast. A nil reply changes nothing.
type CardHandler interface {
	HandleCard(ctx context.Context, click *Click) (*CardReply, error)
}

// CardHandlerFunc is a function as a [CardHandler].
type CardHandlerFunc func(ctx context.Context, click *Click) (*CardReply, error)

// HandleCard calls f.
func (f CardHandlerFunc) HandleCard(ctx context.Context, click *Click) (*CardReply, error) {
	return f(ctx, click)
}

// Click is a card.action.trigger of either style, a url.preview.get or a
// profile.view.get (cardkit-v1/card-callback-communication).
type Click struct {
	App      string // the app's name in Larkbridge
	Type     string // of the event
	LogID    string // [Event.LogID]
	Operator Operator
	// Token allows updates of the card for 30 min, at most two of them.
	Token        Secret
	Action       Action
	Host         string
	DeliveryType string
	Context      ClickContext
	// Event is the whole event. It must not be changed, because it is published at the
	// same time.
	Event *Event
}

// Operator is the user who clicked.
type Operator struct{ TenantKey, OpenID, UserID, UnionID string }

// ClickContext says where the card or the link is, or whose profile is viewed.
type ClickContext struct {
	OpenMessageID, OpenChatID string
	OpenID                    string // of the user whose profile is viewed
	URL, PreviewToken         string // of a link
}

// Action is the component that was clicked, and what the user entered.
type Action struct {
	// Value is the value that the component was made with, an object or a string.
	Value      json.RawMessage
	Tag        string
	Name       string
	Option     string
	Options    []string
	InputValue string
	Checked    bool
	// FormValue has the fields of a form: one value, or several of a multiple
	// choice.
	FormValue map[string][]string
	Timezone  string
}

// Bind decodes the value of the clicked component into target. Of a value that is a
// JSON string with an object or a list in it, it decodes that object or list.
func (a Action) Bind(target any) error {
	var text string
	if json.Unmarshal(a.Value, &text) == nil && len(text) > 0 && (text[0] == '{' || text[0] == '[') &&
		json.Unmarshal([]byte(text), target) == nil {
		return nil
	}
	if err := json.Unmarshal(a.Value, target); err != nil {
		return fmt.Errorf("decoding the value of the clicked %s: %w", a.Tag, err)
	}
	return nil
}

// NewClick returns the click in an event. It reads each field by itself, so that a
// field of another type than the documented one does not affect the others. A string
// field takes the JSON of a value of another type. An operator, a context or an action
// that is a string is taken as the open id, the id of the message or the value.
func NewClick(app string, ev *Event) *Click {
	event := clickFields(ev.Body)
	operator, action, context := event.object("operator"), event.object("action"), event.object("context")
	click := &Click{
		App: app, Type: ev.Type, LogID: ev.LogID, Event: ev,
		Operator: Operator{
			TenantKey: operator.text("tenant_key"), OpenID: operator.text("open_id"),
			UserID: operator.text("user_id"), UnionID: operator.text("union_id"),
		},
		Token: Secret(event.text("token")),
		Action: Action{
			Value: action["value"], Tag: action.text("tag"), Name: action.text("name"), Option: action.text("option"),
			InputValue: action.text("input_value"), Checked: action.flag("checked"), Timezone: action.text("timezone"),
		},
		Host: event.text("host"), DeliveryType: event.text("delivery_type"),
		Context: ClickContext{
			OpenMessageID: context.text("open_message_id"), OpenChatID: context.text("open_chat_id"), OpenID: context.text("open_id"),
			URL: context.text("url"), PreviewToken: context.text("preview_token"),
		},
	}
	if options := action["options"]; options != nil {
		click.Action.Options = values(options)
	}
	if operator == nil {
		click.Operator.OpenID = event.text("operator")
	}
	if context == nil {
		click.Context.OpenMessageID = event.text("context")
	}
	if action == nil {
		click.Action.Value = event["action"]
	}
	for name, value := range action.object("form_value") {
		if click.Action.FormValue == nil {
			click.Action.FormValue = map[string][]string{}
		}
		click.Action.FormValue[name] = values(value)
	}
	return click
}

// fields is an object whose fields may have any type, nil if there is no object.
type fields map[string]json.RawMessage

// clickFields decodes an object, or a JSON string with an object in it.
func clickFields(doc []byte) fields {
	var text string
	if json.Unmarshal(doc, &text) == nil {
		doc = []byte(text)
	}
	var f fields
	if json.Unmarshal(doc, &f) != nil {
		return nil
	}
	return f
}

func (f fields) object(name string) fields { return clickFields(f[name]) }

// text returns the string in a field, or the JSON of a value of another type; "" for
// null.
func (f fields) text(name string) string { return textOf(f[name]) }

func textOf(doc json.RawMessage) string {
	var s *string
	if json.Unmarshal(doc, &s) != nil {
		return string(doc)
	}
	if s == nil {
		return ""
	}
	return *s
}

// flag reports whether a field is true, the string "true" or a number other than 0.
func (f fields) flag(name string) bool {
	boolean, err := strconv.ParseBool(f.text(name))
	number, notNumber := strconv.ParseFloat(f.text(name), 64)
	return err == nil && boolean || notNumber == nil && number != 0
}

// values returns the strings in a list, or the one string that is there instead.
func values(doc json.RawMessage) []string {
	var list []json.RawMessage
	if json.Unmarshal(doc, &list) != nil || list == nil {
		list = []json.RawMessage{doc}
	}
	texts := make([]string, 0, len(list))
	for _, v := range list {
		texts = append(texts, textOf(v))
	}
	return texts
}
