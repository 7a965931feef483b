package larktest

import (
	"crypto/rand"
	"maps"
	"time"
)

// renewBelow is the remaining life under which a token call issues a new token
// instead of the present one ("authentication-management/access-token").
const renewBelow = 30 * time.Minute

// token is one issued access token.
type token struct {
	value       string
	kind        grant
	app, tenant string
	expires     time.Time // zero: never
}

type tokenKey struct {
	kind        grant
	app, tenant string
}

// tokens are the valid tokens and, per app and tenant, the newest of them.
type tokens struct {
	byValue map[string]*token
	newest  map[tokenKey]*token
	removed map[tokenKey]bool // app and tenant only
	calls   int
}

func newTokens() tokens {
	return tokens{
		byValue: map[string]*token{},
		newest:  map[tokenKey]*token{},
		removed: map[tokenKey]bool{},
	}
}

// valid returns the token with this value, or nil.
func (ts *tokens) valid(value string, now time.Time) *token {
	t := ts.byValue[value]
	if t == nil || !t.expires.IsZero() && !now.Before(t.expires) {
		return nil
	}
	return t
}

// issue returns the newest token of k while it has life enough, else a new
// one; earlier ones stay valid until their own expiry.
func (ts *tokens) issue(k tokenKey, now time.Time, life time.Duration) *token {
	if t := ts.newest[k]; t != nil && t.expires.Sub(now) >= renewBelow {
		return t
	}
	prefix := map[grant]string{tenantToken: "t-", appToken: "a-", userAccess: "u-"}[k.kind]
	t := &token{prefix + rand.Text(), k.kind, k.app, k.tenant, now.Add(life)}
	ts.byValue[t.value], ts.newest[k] = t, t
	return t
}

// TokenCalls returns how many calls the token endpoints have received, refused
// ones included. The resend of a ticket is none.
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
	p.tokens.drop(func(k tokenKey) bool { return k.app == appID })
}

// Uninstall removes a marketplace app from a tenant: its tokens there become
// invalid and there are no new ones. Every tenant not removed counts as having
// the app.
func (p *Platform) Uninstall(appID, tenantKey string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens.removed[tokenKey{app: appID, tenant: tenantKey}] = true
	p.tokens.drop(func(k tokenKey) bool { return k.app == appID && k.tenant == tenantKey })
}

// drop forgets the tokens with a key that matches.
func (ts *tokens) drop(matches func(tokenKey) bool) {
	maps.DeleteFunc(ts.byValue, func(_ string, t *token) bool {
		return matches(tokenKey{t.kind, t.app, t.tenant})
	})
	maps.DeleteFunc(ts.newest, func(k tokenKey, _ *token) bool { return matches(k) })
}

// AddUserToken makes value a user_access_token of the app. It does not expire;
// any form is accepted, as the platform's own are opaque.
func (p *Platform) AddUserToken(appID, value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens.byValue[value] = &token{value: value, kind: userAccess, app: appID, tenant: OwnTenant}
}
