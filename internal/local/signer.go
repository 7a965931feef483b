package local

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Signer makes the requests that Lark would post to an app.
type Signer struct{ app *lark.App }

// NewSigner reads APP_ID, ENCRYPT_KEY and VERIFICATION_TOKEN from the
// environment; without APP_ID, what is missing is the stand-in's.
func NewSigner(getenv func(string) string) (Signer, error) {
	env := environment(getenv, "")
	key, token := env("ENCRYPT_KEY"), env("VERIFICATION_TOKEN")
	if key == "" || token == "" {
		return Signer{}, errors.New("APP_ID is set, so ENCRYPT_KEY and VERIFICATION_TOKEN must be set, too")
	}
	return Signer{&lark.App{
		AppID:       env("APP_ID"),
		EncryptKeys: []lark.EncryptKey{lark.NewEncryptKey(lark.Secret(key))}, VerificationTokens: []lark.Secret{lark.Secret(token)},
	}}, nil
}

// Endpoint returns the path that Lark posts a type to.
func Endpoint(eventType string) string {
	if IsClick(eventType) || eventType == lark.TypeURLPreview {
		return "/card"
	}
	return "/event"
}

// IsClick reports whether the type is a click on a card, of either format.
func IsClick(eventType string) bool { return eventType == lark.TypeCardAction || eventType == oldCard }

// Request returns the request with which Lark would post a new event of the
// type.
func (s Signer) Request(ctx context.Context, url, eventType string, edit Edit, now time.Time) (*http.Request, error) {
	body, err := s.payload(eventType, edit, now)
	if err != nil {
		return nil, err
	}
	return s.app.Sign(body, now).NewRequest(ctx, url)
}

// Challenge is the type of the request with which Lark checks a Request URL. It is
// not an event, but it is posted like one.
const Challenge = "url_verification"

// oldCard is the type of a click in the old format.
const oldCard = "card.action.trigger_v1"

// Edit changes a sample.
type Edit struct {
	Text  *string         // the text of a message event
	Value json.RawMessage // event.action.value of a click
	Click *Click          // the click of the callback; its value is approve unless Value is set
}

// Types returns the types that can be posted, sorted.
func Types() []string {
	types := append(larktest.SampleTypes(), Challenge)
	slices.Sort(types)
	return types
}

// object is a decoded JSON object.
type object = map[string]any

// payload is the sample of a type as the app would get it now: with its own
// app id and token, and with new ids, so that it is no duplicate.
func (s Signer) payload(eventType string, edit Edit, now time.Time) ([]byte, error) {
	doc := object{"type": Challenge, "challenge": rand.Text(), "token": s.app.VerificationTokens[0].Reveal()}
	if eventType != Challenge {
		found, ok := larktest.FindSample(eventType)
		if !ok {
			return nil, fmt.Errorf("there is no sample of %q; there are:\n  %s", eventType, strings.Join(Types(), "\n  "))
		}
		dec := json.NewDecoder(bytes.NewReader(found.For(s.app, now)))
		dec.UseNumber()
		doc = nil
		if err := dec.Decode(&doc); err != nil {
			return nil, fmt.Errorf("reading the sample: %w", err)
		}
	}
	if err := edit.apply(doc); err != nil {
		return nil, err
	}
	return json.Marshal(doc)
}

// apply makes the edits. It refuses one that the payload has no place for.
func (e Edit) apply(doc object) error {
	event := child(doc, "event")
	if e.Text != nil {
		message := child(event, "message")
		if message == nil {
			return errors.New("only a sample of " + lark.TypeMessageReceive + " has a text")
		}
		content, err := json.Marshal(map[string]string{"text": *e.Text})
		if err != nil {
			return fmt.Errorf("encoding the text: %w", err)
		}
		message["message_type"], message["content"] = "text", string(content)
	}
	if e.Click != nil {
		e.Click.apply(doc)
		if e.Value == nil {
			e.Value = json.RawMessage(`{"action":"approve"}`)
		}
	}
	if e.Value == nil {
		return nil
	}
	action := child(event, "action")
	if action == nil {
		action = child(doc, "action")
	}
	switch {
	case action == nil:
		return errors.New("only a sample of a card click has a value")
	case !json.Valid(e.Value):
		return errors.New("the value is not JSON")
	}
	action["value"] = e.Value
	return nil
}

// child returns a member that is an object, nil when there is none.
func child(o object, name string) object {
	c, _ := o[name].(object)
	return c
}

// replace sets a member that is there.
func replace(o object, name string, value any) {
	if _, ok := o[name]; ok {
		o[name] = value
	}
}
