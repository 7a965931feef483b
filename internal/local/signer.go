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

// SignerOf returns what signs for an app.
func SignerOf(app *lark.App) (Signer, error) {
	if len(app.VerificationTokens) == 0 {
		return Signer{}, errors.New("the app has no verification_token, so that it receives nothing: larkbridge app put " + app.Name)
	}
	return Signer{app}, nil
}

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
	if edit.Stale {
		now = now.Add(-lark.EventMaxAge - time.Hour)
	}
	delivery := s.app.Sign(body, now)
	if edit.Forge {
		forge(delivery.Body)
	}
	return delivery.NewRequest(ctx, url)
}

// forge changes one letter in the middle of a body, whose signature then is wrong.
func forge(body []byte) {
	for i := len(body) / 2; i < len(body); i++ {
		switch c := body[i]; {
		case c == 'A':
			body[i] = 'B'
			return
		case c >= 'B' && c <= 'Z' || c >= 'a' && c <= 'z':
			body[i] = 'A'
			return
		}
	}
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
	Click *Click          // the click of the callback
	// Variant is which sample of the type it is, counted from 1; 0 is the first.
	Variant int
	// Payload is a payload to post instead of a sample. Its ids and times become new.
	Payload json.RawMessage
	// Set are values to set, in this order.
	Set []Assignment
	// Forge changes the body after it is signed, and Stale signs it for a time at which
	// it is too old. Either is to be refused.
	Forge, Stale bool
}

// Assignment sets the value at a path of a payload, such as event.message.chat_id.
type Assignment struct {
	Path  string
	Value any
}

// Variants returns the names of the samples of a type.
func Variants(eventType string) []string {
	var names []string
	for _, s := range larktest.Samples() {
		if s.Type() == eventType && eventType != "" {
			names = append(names, s.Name)
		}
	}
	return names
}

// TypeOf returns the event type of a payload, "" if it has none.
func TypeOf(payload []byte) string { return larktest.Sample{Payload: payload}.Type() }

// sample returns the sample that is edited.
func (e Edit) sample(eventType string) (larktest.Sample, error) {
	if e.Payload != nil {
		return larktest.Sample{Payload: e.Payload}, nil
	}
	n := max(1, e.Variant)
	for _, s := range larktest.Samples() {
		if s.Type() == eventType && eventType != "" {
			if n--; n == 0 {
				return s, nil
			}
		}
	}
	if n == 1 && e.Variant <= 1 {
		return larktest.Sample{}, fmt.Errorf("there is no sample of %q: larkbridge trigger --list shows all", eventType)
	}
	return larktest.Sample{}, fmt.Errorf("there is no variant %d of %s: larkbridge trigger --list shows all", e.Variant, eventType)
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
	if eventType != Challenge || edit.Payload != nil {
		found, err := edit.sample(eventType)
		if err != nil {
			return nil, err
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
	}
	if err := e.applyValue(doc, event); err != nil {
		return err
	}
	for _, a := range e.Set {
		if err := set(doc, a.Path, a.Value); err != nil {
			return err
		}
	}
	return nil
}

// set sets the value at a path. It makes the objects on the way that are missing.
func set(doc object, path string, value any) error {
	names := strings.Split(path, ".")
	last := len(names) - 1
	for i, name := range names[:last] {
		next, ok := doc[name].(object)
		if !ok && doc[name] != nil {
			return fmt.Errorf("%s of the sample is not an object, so %s cannot be set", strings.Join(names[:i+1], "."), path)
		}
		if !ok {
			next = object{}
			doc[name] = next
		}
		doc = next
	}
	doc[names[last]] = value
	return nil
}

// applyValue sets the value of a click.
func (e Edit) applyValue(doc, event object) error {
	if e.Value == nil && e.Click == nil {
		return nil
	}
	action := child(event, "action")
	if action == nil {
		action = child(doc, "action")
	}
	switch {
	case action == nil:
		return errors.New("only a sample of a card click has a value")
	case e.Value == nil:
		return nil
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
