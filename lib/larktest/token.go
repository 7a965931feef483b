package larktest

import (
	"crypto/rand"
	"encoding/base64"
	"maps"
	"strings"
	"time"
)

// renewBelow is the remaining validity below which a token call issues a new token
// instead of returning the present one ("authentication-management/access-token").
const renewBelow = 30 * time.Minute

// token is one issued access token.
type token struct {
	value       string
	kind        tokenKind
	app, tenant string
	expires     time.Time // zero: never
}

type tokenKey struct {
	kind        tokenKind
	app, tenant string
}

// tokens holds the tokens that are valid and the newest one of each kind, app and tenant.
type tokens struct {
	byValue map[string]*token
	newest  map[tokenKey]*token
	removed map[tokenKey]bool // the tenants that have removed an app; without a kind
	calls   int
}

func newTokens() tokens {
	return tokens{
		byValue: map[string]*token{},
		newest:  map[tokenKey]*token{},
		removed: map[tokenKey]bool{},
	}
}

// find returns the token with this value, or nil if it is unknown or has expired.
func (ts *tokens) find(value string, now time.Time) *token {
	t := ts.byValue[value]
	if t == nil || !t.expires.IsZero() && !now.Before(t.expires) {
		return nil
	}
	return t
}

// issue returns the newest token of k if it is valid for renewBelow or longer, else a
// new one. Earlier tokens stay valid until they expire.
func (ts *tokens) issue(k tokenKey, now time.Time, life time.Duration) *token {
	if t := ts.newest[k]; t != nil && t.expires.Sub(now) >= renewBelow {
		return t
	}
	prefix := map[tokenKind]string{tenantToken: "t-", appToken: "a-", userAccess: "u-"}[k.kind]
	t := &token{prefix + rand.Text(), k.kind, k.app, k.tenant, now.Add(life)}
	ts.byValue[t.value], ts.newest[k] = t, t
	return t
}

// TokenCalls returns how many calls the token endpoints have received, refused
// ones included. The resend of a ticket does not count.
func (p *Platform) TokenCalls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tokens.calls
}

// RevokeTokens makes every token issued to the app so far invalid. The next
// token call issues a new one.
func (p *Platform) RevokeTokens(appID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens.revoke(func(k tokenKey) bool { return k.app == appID })
}

// Uninstall removes a marketplace app from a tenant: the app's tokens for that tenant
// become invalid, and it gets no new ones. All other tenants have the app.
func (p *Platform) Uninstall(appID, tenantKey string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens.removed[tokenKey{app: appID, tenant: tenantKey}] = true
	p.tokens.revoke(func(k tokenKey) bool { return k.app == appID && k.tenant == tenantKey })
}

// revoke removes the tokens whose key matches.
func (ts *tokens) revoke(matches func(tokenKey) bool) {
	maps.DeleteFunc(ts.byValue, func(_ string, t *token) bool {
		return matches(tokenKey{t.kind, t.app, t.tenant})
	})
	maps.DeleteFunc(ts.newest, func(k tokenKey, _ *token) bool { return matches(k) })
}

// AddUserToken makes value a user_access_token of the app, which does not expire. value
// can have any form, because the tokens of the real platform are opaque.
func (p *Platform) AddUserToken(appID, value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens.byValue[value] = &token{value: value, kind: userAccess, app: appID, tenant: OwnTenant}
}

// tokenKind is a kind of access token, or the kinds that an endpoint accepts.
type tokenKind int

const (
	noToken tokenKind = iota
	tenantToken
	userAccess
	tenantOrUserToken
	appToken
	refreshToken
)

// accepts reports whether an endpoint that needs a token of kind t accepts one of kind
// other.
func (t tokenKind) accepts(other tokenKind) bool {
	return t == other || t == tenantOrUserToken && (other == tenantToken || other == userAccess)
}

const (
	missingToken = "Missing access token for authorization. Please make a request with token attached."
	invalidToken = "Invalid access token for authorization. Please make a request with token attached."
)

// authorize checks the bearer token of x and, below the help desk's path, the help
// desk's credentials. It sets the app and the tenant of x.
func (p *Platform) authorize(x *exchange, rt route) *failure {
	if rt.token == noToken {
		return nil
	}
	value, ok := strings.CutPrefix(x.Header.Get("Authorization"), "Bearer ")
	if !ok || value == "" {
		return fail(99991661, missingToken)
	}
	t := p.tokens.find(value, x.time)
	if t == nil {
		return rejectToken(value)
	}
	x.app, x.tenant = p.apps[t.app], t.tenant
	switch {
	case rt.token.accepts(t.kind):
	case rt.token == appToken:
		return fail(99991664, invalidToken)
	default:
		return fail(99991663, invalidToken)
	}
	if strings.HasPrefix(rt.path, "/open-apis/helpdesk/") {
		return checkHelpDesk(x)
	}
	return nil
}

// rejectToken returns the failure of a token that is unknown or has expired. The
// code depends on the token's prefix.
func rejectToken(value string) *failure {
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

// checkHelpDesk checks the header with the id and the token of the help desk, which only
// custom apps have ("helpdesk-v1").
func checkHelpDesk(x *exchange) *failure {
	credential := base64.StdEncoding.EncodeToString([]byte(x.app.HelpDeskID + ":" + x.app.HelpDeskToken))
	if x.app.HelpDeskID == "" || x.app.Marketplace || x.Header.Get("X-Lark-Helpdesk-Authorization") != credential {
		return fail(154001, "helpdesk authorization failed")
	}
	return nil
}
