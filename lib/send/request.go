// Package send carries out outbound requests: it turns what AWS hands over
// into calls of the Lark API, and the answers into results.
package send

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Request is one outbound request: exactly one verb, and what is common to
// all. schemas/send.schema.json describes it to users.
type Request struct {
	App       string `json:"app"`        // "" is the default app
	TenantKey string `json:"tenant_key"` // for marketplace apps
	// IdempotencyKey names the request: sent twice under one key, a message
	// arrives once.
	IdempotencyKey string `json:"idempotency_key"`
	// NotBefore is when the request is due; zero is at once.
	NotBefore Moment `json:"not_before"`
	// OnError is "return" to get a failure as output instead of as an error.
	OnError string `json:"on_error"`
	// TraceID and CorrelationID tell what the request belongs to, the latter
	// the event because of which it is made: in the log and with the result on
	// the bus. They are not sent.
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`

	Message    *Message    `json:"message"`
	UpdateCard *UpdateCard `json:"update_card"`
	Edit       *Edit       `json:"edit"`
	Recall     *Recall     `json:"recall"`
	Forward    *Forward    `json:"forward"`
	React      *React      `json:"react"`
	Urgent     *Urgent     `json:"urgent"`
	ReadUsers  *ReadUsers  `json:"read_users"`
	Upload     *Upload     `json:"upload"`
	Download   *Download   `json:"download"`
	Webhook    *Webhook    `json:"webhook"`
	Request    *APICall    `json:"request"`
}

// verb is what a request asks for.
type verb interface {
	// plan checks the verb's fields and makes it ready.
	plan(c common) (*plan, error)
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
		{"update_card", r.UpdateCard != nil, r.UpdateCard},
		{"edit", r.Edit != nil, r.Edit},
		{"recall", r.Recall != nil, r.Recall},
		{"forward", r.Forward != nil, r.Forward},
		{"react", r.React != nil, r.React},
		{"urgent", r.Urgent != nil, r.Urgent},
		{"read_users", r.ReadUsers != nil, r.ReadUsers},
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

// parse reads one request. Its error names the field that is wrong.
func parse(doc []byte) (*Request, error) {
	var r Request
	if err := strict(doc, &r); err != nil {
		return nil, err
	}
	if _, err := r.verb(); err != nil {
		return nil, err
	}
	if err := r.cause().check(); err != nil {
		return nil, err
	}
	if r.OnError != "" && r.OnError != "return" {
		return nil, errors.New(`field "on_error": want "return"`)
	}
	if r.App == "" {
		r.App = lark.DefaultApp
	}
	if !lark.ValidAppName(r.App) {
		return nil, errors.New(`field "app": want 1 to 32 of a-z, 0-9 and -`)
	}
	return &r, nil
}

// notBefore is when the request is due.
func (r *Request) notBefore() time.Time { return time.Time(r.NotBefore) }
