package lark

import (
	"context"
	"encoding/json"
	"fmt"
)

// CardHandler answers clicks and link previews in Go. It has 2.2 s from the
// click's arrival; an error, or nothing in that time, gives the click the app's
// card_toast. A nil reply changes nothing.
type CardHandler interface {
	HandleCard(ctx context.Context, click *Click) (*CardReply, error)
}

// CardHandlerFunc is a function as a [CardHandler].
type CardHandlerFunc func(ctx context.Context, click *Click) (*CardReply, error)

// HandleCard calls f.
func (f CardHandlerFunc) HandleCard(ctx context.Context, click *Click) (*CardReply, error) {
	return f(ctx, click)
}

// Click is a card.action.trigger or a url.preview.get
// (cardkit-v1/card-callback-communication), whichever style it came in.
type Click struct {
	App      string // the app's name in Larkbridge
	Type     string // of the event
	LogID    string // [Event.LogID]
	Operator Operator
	// Token updates the card later: for 30 min, at most twice.
	Token        Secret
	Action       Action
	Host         string
	DeliveryType string
	Context      ClickContext
	// Event is all that came. It is on its way to the bus meanwhile: read it only.
	Event *Event
}

// Operator is who clicked.
type Operator struct{ TenantKey, OpenID, UserID, UnionID string }

// ClickContext is where the card is.
type ClickContext struct{ OpenMessageID, OpenChatID, URL, PreviewToken string }

// Action is what was clicked, and what was entered.
type Action struct {
	// Value is what the component was made with: an object or a string.
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

// Bind decodes the value of the clicked component into target.
func (a Action) Bind(target any) error {
	if err := json.Unmarshal(a.Value, target); err != nil {
		return fmt.Errorf("decoding the value of the clicked %s: %w", a.Tag, err)
	}
	return nil
}

// loose is a string field that Lark may send as another type: then its JSON.
type loose string

func (l *loose) UnmarshalJSON(doc []byte) error {
	var s string
	if json.Unmarshal(doc, &s) != nil && string(doc) != "null" {
		s = string(doc)
	}
	*l = loose(s)
	return nil
}

// many is a value or a list of values.
type many []string

func (m *many) UnmarshalJSON(doc []byte) error {
	var list []loose
	if json.Unmarshal(doc, &list) != nil {
		list = make([]loose, 1)
		_ = list[0].UnmarshalJSON(doc) // never fails
	}
	for _, v := range list {
		*m = append(*m, string(v))
	}
	return nil
}

// NewClick reads the click that an event is. Fields of another type than the
// documentation's are kept as their JSON.
func NewClick(app string, ev *Event) (*Click, error) {
	var body struct {
		Operator struct {
			TenantKey loose `json:"tenant_key"`
			OpenID    loose `json:"open_id"`
			UserID    loose `json:"user_id"`
			UnionID   loose `json:"union_id"`
		}
		Token  loose
		Action struct {
			Value      json.RawMessage
			Tag, Name  loose
			Option     loose
			Options    many
			InputValue loose `json:"input_value"`
			Checked    bool
			FormValue  map[string]many `json:"form_value"`
			Timezone   loose
		}
		Host         loose
		DeliveryType loose `json:"delivery_type"`
		Context      struct {
			OpenMessageID loose `json:"open_message_id"`
			OpenChatID    loose `json:"open_chat_id"`
			URL           loose
			PreviewToken  loose `json:"preview_token"`
		}
	}
	if err := json.Unmarshal(ev.Body, &body); err != nil {
		return nil, fmt.Errorf("decoding the click: %w", err)
	}
	o, a, c := body.Operator, body.Action, body.Context
	click := &Click{
		App: app, Type: ev.Type, LogID: ev.LogID, Event: ev, Token: Secret(body.Token),
		Operator: Operator{string(o.TenantKey), string(o.OpenID), string(o.UserID), string(o.UnionID)},
		Action: Action{
			Value: a.Value, Tag: string(a.Tag), Name: string(a.Name), Option: string(a.Option), Options: a.Options,
			InputValue: string(a.InputValue), Checked: a.Checked, Timezone: string(a.Timezone),
		},
		Host: string(body.Host), DeliveryType: string(body.DeliveryType),
		Context: ClickContext{string(c.OpenMessageID), string(c.OpenChatID), string(c.URL), string(c.PreviewToken)},
	}
	if len(a.FormValue) > 0 {
		click.Action.FormValue = make(map[string][]string, len(a.FormValue))
		for name, values := range a.FormValue {
			click.Action.FormValue[name] = values
		}
	}
	return click, nil
}
