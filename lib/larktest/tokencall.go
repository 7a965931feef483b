package larktest

import (
	"crypto/rand"
	"slices"
	"time"
)

// credentials is the body of the calls to the token endpoints, each of which uses some
// of the fields.
type credentials struct {
	AppID     string `json:"app_id"`
	AppSecret string `json:"app_secret"`
	AppTicket string `json:"app_ticket"`
	AppToken  string `json:"app_access_token"`
	TenantKey string `json:"tenant_key"`
}

// identify decodes the body, checks the app's id and secret, and sets the app of x.
func (p *Platform) identify(x *exchange, c *credentials) *failure {
	if f := x.decode(c); f != nil {
		return f
	}
	app, known := p.apps[c.AppID]
	switch {
	case c.AppSecret == "" || !known:
		return fail(10003, "invalid param")
	case app.Secret != c.AppSecret:
		return fail(10015, "app secret invalid")
	}
	x.app = app
	return nil
}

// identifyCustom does the same as identify for the endpoints of custom apps, and sets
// the tenant.
func (p *Platform) identifyCustom(x *exchange) *failure {
	p.tokens.calls++
	f := p.identify(x, &credentials{})
	if f == nil && x.app.Marketplace {
		f = fail(10003, "invalid param: not a custom app")
	}
	x.tenant = OwnTenant
	return f
}

// issue returns a token of the app.
func (p *Platform) issue(x *exchange, kind tokenKind, tenant string) *token {
	return p.tokens.issue(tokenKey{kind, x.app.ID, tenant}, x.time, p.tokenLife)
}

func secondsLeft(t *token, now time.Time) int { return int(t.expires.Sub(now) / time.Second) }

func tenantTokenInternal(p *Platform, x *exchange) (any, *failure) {
	if f := p.identifyCustom(x); f != nil {
		return nil, f
	}
	t := p.issue(x, tenantToken, OwnTenant)
	return noDataField{"tenant_access_token": t.value, "expire": secondsLeft(t, x.time)}, nil
}

func appTokenInternal(p *Platform, x *exchange) (any, *failure) {
	if f := p.identifyCustom(x); f != nil {
		return nil, f
	}
	t, a := p.issue(x, tenantToken, OwnTenant), p.issue(x, appToken, OwnTenant)
	return noDataField{
		"app_access_token":    a.value,
		"tenant_access_token": t.value,
		// The answer has one expiry for both tokens, so it is the earlier one.
		"expire": min(secondsLeft(a, x.time), secondsLeft(t, x.time)),
	}, nil
}

func appTokenMarketplace(p *Platform, x *exchange) (any, *failure) {
	p.tokens.calls++
	var c credentials
	if f := p.identify(x, &c); f != nil {
		return nil, f
	}
	if !slices.Contains(p.tickets[x.app.ID], c.AppTicket) {
		return nil, fail(10012, "get app access token failed: app_ticket invalid")
	}
	t := p.issue(x, appToken, "")
	return noDataField{"app_access_token": t.value, "expire": secondsLeft(t, x.time)}, nil
}

func tenantTokenMarketplace(p *Platform, x *exchange) (any, *failure) {
	p.tokens.calls++
	var c credentials
	if f := x.decode(&c); f != nil {
		return nil, f
	}
	t := p.tokens.find(c.AppToken, x.time)
	switch {
	case c.AppToken == "" || c.TenantKey == "":
		return nil, fail(10003, "invalid param")
	case t == nil || t.kind != appToken:
		return nil, fail(99991664, invalidToken)
	}
	x.app, x.tenant = p.apps[t.app], c.TenantKey
	if !x.app.Marketplace {
		return nil, fail(10013, "get tenant access token failed: not a marketplace app")
	}
	if p.tokens.removed[tokenKey{app: t.app, tenant: c.TenantKey}] {
		return nil, fail(10013, "get tenant access token failed: app not installed")
	}
	t = p.issue(x, tenantToken, c.TenantKey)
	return noDataField{"tenant_access_token": t.value, "expire": secondsLeft(t, x.time)}, nil
}

// userToken is "authen-v1/oidc-access_token", which is called with an app token.
// It accepts any code.
func userToken(p *Platform, x *exchange) (any, *failure) {
	var b struct {
		GrantType string `json:"grant_type"`
		Code      string `json:"code"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	var c check
	c.oneOf("grant_type", b.GrantType, []string{"authorization_code"})
	c.required("code", b.Code)
	if f := c.failure(); f != nil {
		return nil, f
	}
	t := p.issue(x, userAccess, x.tenant)
	return map[string]any{"access_token": t.value, "token_type": "Bearer", "expires_in": secondsLeft(t, x.time)}, nil
}

// IssueTicket makes a new app_ticket of a marketplace app, calls the OnTicket
// functions with it and returns it. The two newest tickets of an app are valid:
// Lark issues one every hour and does not document how long it lives.
func (p *Platform) IssueTicket(appID string) string {
	ticket := rand.Text()
	p.mu.Lock()
	tickets := slices.Concat(p.tickets[appID], []string{ticket})
	p.tickets[appID] = tickets[max(0, len(tickets)-2):]
	functions := p.onTicket
	p.mu.Unlock()
	for _, f := range functions {
		f(appID, ticket)
	}
	return ticket
}

// OnTicket adds a function that is called with every new ticket, as the
// platform pushes it in an app_ticket event: after IssueTicket and, before the
// answer is sent, when the app asks for a resend.
func (p *Platform) OnTicket(f func(appID, ticket string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onTicket = append(p.onTicket, f)
}

func resendTicket(p *Platform, x *exchange) (any, *failure) {
	if f := p.identify(x, &credentials{}); f != nil {
		return nil, f
	}
	if !x.app.Marketplace {
		return nil, fail(10016, "resend app_ticket not allowed for a custom app")
	}
	x.beforeAnswer = func() { p.IssueTicket(x.app.ID) }
	return noDataField{}, nil
}
