package larktest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// RecordedCall is one call that the platform received. It holds no secrets: tokens, app
// secrets, tickets, signatures and the id of a webhook are replaced by "***".
type RecordedCall struct {
	Time   time.Time `json:"time"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Query  string    `json:"query,omitempty"`
	// AppID and TenantKey come from the token or, in a token call, the credentials.
	AppID     string `json:"app_id,omitempty"`
	TenantKey string `json:"tenant_key,omitempty"`
	// Status is 0 if the answer was lost.
	Status int    `json:"status"`
	Code   int    `json:"code"`
	Msg    string `json:"msg"`
	// Body is the JSON body or, of a form, its field names with their sizes.
	Body  json.RawMessage `json:"body,omitempty"`
	LogID string          `json:"log_id"`
	// RequestID is the X-Request-Id that the caller chose, "" for none.
	RequestID string `json:"request_id,omitempty"`
}

const masked = "***"

// isSecret reports whether a field or a parameter of a request is a secret. The code of
// a user's login is one.
func isSecret(name string) bool { return name == "code" || lark.SecretField(name) }

// Calls returns every call so far, in the order of their answers.
func (p *Platform) Calls() []RecordedCall {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

// OnCall adds a function that is called with every call, before its answer is
// sent. Concurrent calls run it concurrently.
func (p *Platform) OnCall(f func(RecordedCall)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onCall = append(p.onCall, f)
}

func (p *Platform) record(x *exchange, a *answer) {
	c := RecordedCall{
		Time:      x.time,
		Method:    x.Method,
		Path:      maskPath(x.URL.Path),
		Query:     maskQuery(x.URL.Query()),
		AppID:     x.app.ID,
		TenantKey: x.tenant,
		Status:    a.status,
		Code:      a.code,
		Msg:       a.msg,
		Body:      maskedBody(x),
		LogID:     x.logID,
		RequestID: x.Header.Get("X-Request-Id"),
	}
	if a.lost {
		c.Status = 0
	}
	p.mu.Lock()
	p.calls = append(p.calls, c)
	functions := p.onCall
	p.mu.Unlock()
	for _, f := range functions {
		f(c)
	}
}

// maskPath replaces the id of a webhook, because the id alone allows posting to it.
func maskPath(path string) string {
	if strings.HasPrefix(path, hookPath) {
		return hookPath + masked
	}
	return path
}

// maskQuery encodes the parameters and replaces those that are secrets.
func maskQuery(q url.Values) string {
	for name, values := range q {
		if isSecret(name) {
			for i := range values {
				values[i] = masked
			}
		}
	}
	return strings.ReplaceAll(q.Encode(), url.QueryEscape(masked), masked)
}

// maskedBody returns the body of x without secrets. It returns nothing of a body
// that is not JSON, because secrets cannot be found in it.
func maskedBody(x *exchange) json.RawMessage {
	if x.form != nil {
		sizes := map[string]int64{}
		for name, file := range x.form {
			sizes[name] = file.size
		}
		return encode(sizes)
	}
	if x.Method == http.MethodGet || len(x.body) == 0 {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(string(x.body)))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return encode("not JSON")
	}
	return encode(mask(v))
}

// mask replaces the fields of v that are secrets, in place, and returns v.
func mask(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if isSecret(k) {
				v[k] = masked
			} else {
				v[k] = mask(e)
			}
		}
	case []any:
		for i, e := range v {
			v[i] = mask(e)
		}
	}
	return v
}
