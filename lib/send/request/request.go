// Package request defines what a request to send may say: its verbs, their
// targets and contents, and the checks that they must pass. It reads a request
// from JSON and makes it ready as calls of the Lark API. It knows no AWS.
package request

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Request is one outbound request: exactly one verb, and what is common to
// all. schemas/send.schema.json describes it to users.
type Request struct {
	App       string `json:"app"`        // "" is the default app
	TenantKey string `json:"tenant_key"` // for marketplace apps
	// IdempotencyKey identifies the request: what is sent twice under one key
	// arrives once.
	IdempotencyKey string `json:"idempotency_key"`
	// NotBefore is when the request is due; zero is at once.
	NotBefore Time `json:"not_before"`
	// OnError is "return" to get a failure as output instead of as an error.
	OnError string `json:"on_error"`
	Correlation

	Message    *Message    `json:"message"`
	Ask        *Ask        `json:"ask"`
	Stream     *Stream     `json:"stream"`
	UpdateCard *UpdateCard `json:"update_card"`
	Edit       *Edit       `json:"edit"`
	Recall     *Recall     `json:"recall"`
	Forward    *Forward    `json:"forward"`
	React      *React      `json:"react"`
	Unreact    *Unreact    `json:"unreact"`
	Urgent     *Urgent     `json:"urgent"`
	ReadUsers  *ReadUsers  `json:"read_users"`
	GetMessage *GetMessage `json:"get_message"`
	Upload     *Upload     `json:"upload"`
	Download   *Download   `json:"download"`
	Webhook    *Webhook    `json:"webhook"`
	Request    *API        `json:"request"`
}

// verb is one of the things that a request can ask for.
type verb interface {
	// plan checks the fields of the verb and makes its calls ready.
	plan(c common) (*Plan, error)
}

// namedVerb is a verb that a request can have.
type namedVerb struct {
	name  string
	given bool
	verb  verb
}

// verbs lists all verbs, in the order of the documentation.
func (r *Request) verbs() []namedVerb {
	return []namedVerb{
		{"message", r.Message != nil, r.Message},
		{"ask", r.Ask != nil, r.Ask},
		{"stream", r.Stream != nil, r.Stream},
		{"update_card", r.UpdateCard != nil, r.UpdateCard},
		{"edit", r.Edit != nil, r.Edit},
		{"recall", r.Recall != nil, r.Recall},
		{"forward", r.Forward != nil, r.Forward},
		{"react", r.React != nil, r.React},
		{"unreact", r.Unreact != nil, r.Unreact},
		{"urgent", r.Urgent != nil, r.Urgent},
		{"read_users", r.ReadUsers != nil, r.ReadUsers},
		{"get_message", r.GetMessage != nil, r.GetMessage},
		{"upload", r.Upload != nil, r.Upload},
		{"download", r.Download != nil, r.Download},
		{"webhook", r.Webhook != nil, r.Webhook},
		{"request", r.Request != nil, r.Request},
	}
}

// verb returns the one verb of the request.
func (r *Request) verb() (namedVerb, error) {
	var all, given []string
	var one namedVerb
	for _, v := range r.verbs() {
		all = append(all, v.name)
		if v.given {
			given, one = append(given, v.name), v
		}
	}
	switch len(given) {
	case 0:
		return one, errors.New("the request has no verb: give one of " + strings.Join(all, ", "))
	case 1:
		return one, nil
	}
	return one, fmt.Errorf("the request has more than one verb: %s; send one request for each", strings.Join(given, ", "))
}

// Parse reads one request. Its error names the field that is wrong, and never
// a value.
func Parse(doc []byte) (*Request, error) {
	var r Request
	if err := strict(doc, &r); err != nil {
		return nil, err
	}
	if _, err := r.verb(); err != nil {
		return nil, err
	}
	if err := r.Check(); err != nil {
		return nil, err
	}
	return &r, nil
}

// Check refuses wrong values of the fields that every verb shares, and sets the
// default app where none is named.
func (r *Request) Check() error {
	if err := r.Correlation.check(); err != nil {
		return err
	}
	if r.OnError != "" && r.OnError != "return" {
		return errors.New(`field "on_error": want "return"`)
	}
	if r.App == "" {
		r.App = lark.DefaultApp
	}
	if !lark.ValidAppName(r.App) {
		return errors.New(`field "app": want 1 to 32 of a-z, 0-9 and -`)
	}
	return nil
}

// maxRequests is how many requests a list may have.
const maxRequests = 100

// Split returns the requests of a list under "requests", or a document that is
// no list as it is.
func Split(doc []byte) (docs []jsontext.Value, listed bool, err error) {
	var list struct {
		Requests []jsontext.Value `json:"requests"`
	}
	if strict(doc, &list) != nil || list.Requests == nil {
		return []jsontext.Value{doc}, false, nil
	}
	if n := len(list.Requests); n > maxRequests {
		return nil, true, fmt.Errorf(`field "requests": want at most %d requests, not %d`, maxRequests, n)
	}
	return list.Requests, true, nil
}

// IsVerb reports whether a field of a request is a verb.
func IsVerb(name string) bool {
	var r Request
	return slices.ContainsFunc(r.verbs(), func(v namedVerb) bool { return v.name == name })
}

// Fingerprint identifies what a request asks for. Two requests that differ in
// spelling, in their ids or in when they are due have the same fingerprint.
func (r *Request) Fingerprint() string {
	what := *r
	what.Correlation, what.IdempotencyKey, what.NotBefore, what.OnError = Correlation{}, "", Time{}, ""
	doc, err := encode(what)
	if value := jsontext.Value(doc); err == nil && value.Canonicalize(jsontext.AllowInvalidUTF8(true)) == nil {
		doc = value
	}
	if r.Webhook != nil { // its URL does not marshal
		doc = append(doc, r.Webhook.URL.Reveal()...)
	}
	if r.Ask != nil && r.Ask.AnswerTo != nil { // nor do these
		doc = append(append(doc, r.Ask.AnswerTo.TaskToken.Reveal()...), r.Ask.AnswerTo.CallbackID.Reveal()...)
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:16])
}
