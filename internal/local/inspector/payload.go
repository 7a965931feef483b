package inspector

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// object is a decoded JSON object.
type object = map[string]any

// decode reads a JSON object, whose numbers keep their text.
func decode(doc []byte) (object, error) {
	var o object
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	if err := dec.Decode(&o); err != nil {
		return nil, fmt.Errorf("reading the payload: %w", err)
	}
	return o, nil
}

// child returns a member that is an object, nil if there is none. Setting a member of
// nil would panic, so the payloads are those of samples, which have it.
func child(o object, name string) object {
	c, _ := o[name].(object)
	return c
}

// sample returns the payload of the sample of a type, with new ids.
func sample(app *lark.App, eventType string, now time.Time) (object, error) {
	s, ok := larktest.FindSample(eventType)
	if !ok {
		return nil, fmt.Errorf("there is no sample of %s", eventType)
	}
	return decode(s.For(app, now))
}

// written is a message that a user of the page writes.
type written struct {
	ChatID  string `json:"chat_id"`
	OpenID  string `json:"open_id"`
	Text    string `json:"text"`
	Mention bool   `json:"mention"` // of the bot
}

// payload returns the event of the message in a chat of a kind.
func (w written) payload(app *lark.App, kind string, now time.Time) ([]byte, error) {
	doc, err := sample(app, lark.TypeMessageReceive, now)
	if err != nil {
		return nil, err
	}
	event := child(doc, "event")
	child(child(event, "sender"), "sender_id")["open_id"] = w.OpenID
	m := child(event, "message")
	m["chat_id"], m["chat_type"], m["message_type"] = w.ChatID, kind, "text"
	text := w.Text
	if w.Mention {
		text = "@_user_1 " + text
		bot := app.BotOpenID
		if bot == "" {
			bot = "ou_bot_" + app.AppID
		}
		m["mentions"] = []any{object{
			"key": "@_user_1", "id": object{"open_id": bot}, "mentioned_type": "bot", "name": "Bot", "tenant_key": child(doc, "header")["tenant_key"],
		}}
	}
	content, err := json.Marshal(object{"text": text})
	if err != nil {
		return nil, fmt.Errorf("encoding the text: %w", err)
	}
	m["content"] = string(content)
	return json.Marshal(doc)
}

// clickPayload returns the callback of a click with an action.
func clickPayload(app *lark.App, click local.Click, action json.RawMessage, now time.Time) ([]byte, error) {
	doc, err := sample(app, lark.TypeCardAction, now)
	if err != nil {
		return nil, err
	}
	event := child(doc, "event")
	event["token"], event["action"] = click.Token, action
	child(event, "operator")["open_id"] = click.OpenID
	place := child(event, "context")
	place["open_message_id"], place["open_chat_id"] = click.MessageID, click.ChatID
	return json.Marshal(doc)
}

// masked stands in a payload for a secret.
const masked = "***"

// restore puts the secrets of the original payload into an edited one, where it has
// them masked.
func restore(edited, original any) any {
	switch edited := edited.(type) {
	case object:
		from, _ := original.(object)
		for name, value := range edited {
			edited[name] = restore(value, from[name])
		}
	case []any:
		from, _ := original.([]any)
		for i, value := range edited {
			if i < len(from) {
				edited[i] = restore(value, from[i])
			}
		}
	case string:
		if secret, ok := original.(string); ok && edited == masked {
			return secret
		}
	}
	return edited
}

// resent is a delivery that is made once more, after changes.
type resent struct {
	Step    int             `json:"step"` // of the earlier delivery
	Payload json.RawMessage `json:"payload"`
	NewID   bool            `json:"new_id"`
	As      string          `json:"as"` // signed, stale or forged
}

// staleBy is how much older than its reception a stale delivery is: more than any
// window.
const staleBy = 2 * lark.EventMaxAge

// delivery returns the delivery, encrypted and signed anew.
func (r resent) delivery(app *lark.App, in local.Inbound, now time.Time) (lark.Delivery, error) {
	edited, err := decode(r.Payload)
	if err != nil {
		return lark.Delivery{}, err
	}
	original, err := decode([]byte(in.Original.Reveal()))
	if err != nil {
		return lark.Delivery{}, err
	}
	payload, err := json.Marshal(restore(edited, original))
	if err != nil {
		return lark.Delivery{}, fmt.Errorf("encoding the payload: %w", err)
	}
	if r.NewID {
		payload = fixture(payload).For(app, now)
	}
	if r.As == "stale" {
		return app.Sign(payload, now.Add(-staleBy)), nil
	}
	if r.As == "forged" {
		return forged(app.Sign(payload, now)), nil
	}
	return app.Sign(payload, now), nil
}

// forged returns the delivery as somebody without the app's keys would sign it.
func forged(d lark.Delivery) lark.Delivery {
	header := http.Header{}
	for _, name := range []string{lark.HeaderTimestamp, lark.HeaderNonce} {
		header.Set(name, d.Header.Get(name))
	}
	key := lark.NewEncryptKey("not the app's")
	header.Set(lark.HeaderSignature, lark.SignEvent(header.Get(lark.HeaderTimestamp), header.Get(lark.HeaderNonce), key, d.Body))
	return lark.Delivery{Header: header, Body: d.Body}
}

// fixture returns a payload as a sample of package larktest.
func fixture(payload []byte) larktest.Sample {
	s := larktest.Sample{Name: eventType(payload), Source: "larkbridge run", Schema: "2.0", Payload: payload}
	if s.Name == oldClick {
		s.Schema = "card-v1"
	}
	var p struct{ UUID string }
	if json.Unmarshal(payload, &p) == nil && p.UUID != "" {
		s.Schema = "1.0"
	}
	return s
}
