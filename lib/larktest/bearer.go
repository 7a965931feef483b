package larktest

import (
	"encoding/base64"
	"strings"
)

// grant is a kind of token.
type grant int

const (
	noToken grant = iota
	tenantToken
	userAccess
	tenantOrUserToken
	appToken
)

// accepts reports whether an endpoint that takes g is served to a token of kind k.
func (g grant) accepts(k grant) bool {
	return g == k || g == tenantOrUserToken && (k == tenantToken || k == userAccess)
}

const (
	missingToken = "Missing access token for authorization. Please make a request with token attached."
	invalidToken = "Invalid access token for authorization. Please make a request with token attached."
)

// authorize checks the bearer token of x and, on help desk paths, the second
// credential; it sets the app and tenant of x.
func (p *Platform) authorize(x *exchange, rt route) *failure {
	if rt.takes == noToken {
		return nil
	}
	value, ok := strings.CutPrefix(x.Header.Get("Authorization"), "Bearer ")
	if !ok || value == "" {
		return fail(99991661, missingToken)
	}
	t := p.tokens.valid(value, x.time)
	if t == nil {
		return rejected(value)
	}
	x.app, x.tenant = p.apps[t.app], t.tenant
	switch {
	case rt.takes.accepts(t.kind):
	case rt.takes == appToken:
		return fail(99991664, invalidToken)
	default:
		return fail(99991663, invalidToken)
	}
	if strings.HasPrefix(rt.path, "/open-apis/helpdesk/") {
		return checkHelpDesk(x)
	}
	return nil
}

// rejected is the refusal of a token nobody knows or that has expired: the
// prefix tells its kind.
func rejected(value string) *failure {
	switch {
	case strings.HasPrefix(value, "t-"):
		return fail(99991663, invalidToken)
	case strings.HasPrefix(value, "a-"):
		return fail(99991664, invalidToken)
	case strings.HasPrefix(value, "u-"):
		return fail(99991668, invalidToken)
	}
	return fail(99991671, "Invalid access token format: it must start with t- or u-")
}

// checkHelpDesk is "helpdesk-v1": custom apps only, id and token in a header.
func checkHelpDesk(x *exchange) *failure {
	want := base64.StdEncoding.EncodeToString([]byte(x.app.HelpDeskID + ":" + x.app.HelpDeskToken))
	if x.app.HelpDeskID == "" || x.app.Marketplace || x.Header.Get("X-Lark-Helpdesk-Authorization") != want {
		return fail(154001, "helpdesk authorization failed")
	}
	return nil
}
