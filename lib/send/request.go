// Package send carries out outbound requests: it turns what AWS hands over
// into calls of the Lark API, and the answers into results.
package send

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"larkbridge/lib/lark"
)

// Request is one outbound request: exactly one verb, and what is common to
// all.
type Request struct {
	App       string `json:"app"` // "" is the default app
	TenantKey string `json:"tenant_key"`
	// IdempotencyKey names the request: sent twice under one key, a message
	// arrives once.
	IdempotencyKey string `json:"idempotency_key"`
	// OnError is "return" to get a failure as output instead of as an error.
	OnError string `json:"on_error"`

	Message *Message `json:"message"`
	Request *APICall `json:"request"`
}

// APICall is any call of the open platform.
type APICall struct {
	Method          string          `json:"method"`
	Path            string          `json:"path"`
	Query           map[string]any  `json:"query"`
	Body            json.RawMessage `json:"body"`
	Token           lark.TokenType  `json:"token"`
	TenantKey       string          `json:"tenant_key"`
	UserAccessToken lark.Secret     `json:"user_access_token"`
	NoDataField     bool            `json:"no_data_field"`
}

// batch is the input of several requests.
type batch struct {
	Requests []json.RawMessage `json:"requests"`
}

// parse reads one request. Its error names the field that is wrong.
func parse(doc []byte) (*Request, error) {
	var r Request
	if err := strict(doc, &r); err != nil {
		return nil, err
	}
	var verbs []string
	if r.Message != nil {
		verbs = append(verbs, "message")
	}
	if r.Request != nil {
		verbs = append(verbs, "request")
	}
	switch {
	case len(verbs) == 0:
		return nil, errors.New("the request has no verb: give one of message, request")
	case len(verbs) > 1:
		return nil, fmt.Errorf("the request has more than one verb: %s", strings.Join(verbs, ", "))
	case r.OnError != "" && r.OnError != "return":
		return nil, errors.New(`field "on_error": want "return"`)
	}
	if r.App == "" {
		r.App = lark.DefaultApp
	}
	return &r, nil
}

// strict decodes one JSON value and refuses unknown fields. Its errors name
// fields and types, never values.
func strict(doc []byte, target any) error {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.DisallowUnknownFields()
	err := dec.Decode(target)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		if _, err := dec.Token(); err != io.EOF {
			return errors.New("the request is more than one JSON value")
		}
		return nil
	case errors.As(err, &wrong):
		kind, _, _ := strings.Cut(wrong.Value, " ")
		return fmt.Errorf("field %q: a %s is not what it takes", wrong.Field, kind)
	case strings.HasPrefix(err.Error(), "json: unknown field"):
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return errors.New("the request is not JSON")
}
