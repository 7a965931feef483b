package larktest

import (
	"slices"
	"time"
)

// credentials is the body of the token endpoints, each of which uses a part.
type credentials struct {
	AppID     string `json:"app_id"`
	AppSecret string `json:"app_secret"`
	AppTicket string `json:"app_ticket"`
	AppToken  string `json:"app_access_token"`
	TenantKey string `json:"tenant_key"`
}

// identify reads app id and secret and sets the app of x.
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

// identifyCustom is identify for the endpoints of custom apps.
func (p *Platform) identifyCustom(x *exchange) *failure {
	p.tokens.calls++
	f := p.identify(x, &credentials{})
	if f == nil && x.app.Marketplace {
		f = fail(10003, "invalid param: not a custom app")
	}
	x.tenant = OwnTenant
	return f
}

// issue returns the app's token of one kind.
func (p *Platform) issue(x *exchange, kind grant, tenant string) *token {
	return p.tokens.issue(tokenKey{kind, x.app.ID, tenant}, x.time, p.tokenLife)
}

func secondsLeft(t *token, now time.Time) int { return int(t.expires.Sub(now) / time.Second) }

func tenantTokenInternal(p *Platform, x *exchange) (any, *failure) {
	if f := p.identifyCustom(x); f != nil {
		return nil, f
	}
	t := p.issue(x, tenantToken, OwnTenant)
	return flat{"tenant_access_token": t.value, "expire": secondsLeft(t, x.time)}, nil
}

func appTokenInternal(p *Platform, x *exchange) (any, *failure) {
	if f := p.identifyCustom(x); f != nil {
		return nil, f
	}
	t, a := p.issue(x, tenantToken, OwnTenant), p.issue(x, appToken, OwnTenant)
	return flat{
		"app_access_token":    a.value,
		"tenant_access_token": t.value,
		// One figure stands for both, so it must be the earlier.
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
	return flat{"app_access_token": t.value, "expire": secondsLeft(t, x.time)}, nil
}

func tenantTokenMarketplace(p *Platform, x *exchange) (any, *failure) {
	p.tokens.calls++
	var c credentials
	if f := x.decode(&c); f != nil {
		return nil, f
	}
	app := p.tokens.valid(c.AppToken, x.time)
	switch {
	case c.AppToken == "" || c.TenantKey == "":
		return nil, fail(10003, "invalid param")
	case app == nil || app.kind != appToken:
		return nil, fail(99991664, invalidToken)
	}
	x.app, x.tenant = p.apps[app.app], c.TenantKey
	if !x.app.Marketplace {
		return nil, fail(10013, "get tenant access token failed: not a marketplace app")
	}
	if p.tokens.removed[tokenKey{app: app.app, tenant: c.TenantKey}] {
		return nil, fail(10013, "get tenant access token failed: app not installed")
	}
	t := p.issue(x, tenantToken, c.TenantKey)
	return flat{"tenant_access_token": t.value, "expire": secondsLeft(t, x.time)}, nil
}

// userToken is "authen-v1/oidc-access_token": the endpoint here that takes app
// tokens. Any code is taken for one a user has just granted.
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
