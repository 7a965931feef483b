package larktest

import (
	"crypto/rand"
	"time"
)

// refreshLife is how long a refresh_token lives in the examples of
// "authentication-management/access-token/get-user-access-token".
const refreshLife = 7 * 24 * time.Hour

var loginRoutes = []route{
	{"POST", "/open-apis/authen/v2/oauth/token", noToken, oauthToken},
	{"GET", "/open-apis/authen/v1/user_info", userAccess, userInfo},
}

// oauthToken is "authentication-management/access-token/get-user-access-token" and
// refresh-user-access-token: it accepts any code, and a refresh token once.
func oauthToken(p *Platform, x *exchange) (any, *failure) {
	var b struct {
		GrantType    string `json:"grant_type"`
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		Code         string `json:"code"`
		RefreshToken string `json:"refresh_token"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	app, known := p.apps[b.ClientID]
	switch {
	case !known:
		return nil, fail(20048, "The specified app does not exist.")
	case app.Secret != b.ClientSecret:
		return nil, fail(20002, "The client secret is invalid.")
	}
	switch b.GrantType {
	case "authorization_code":
		if b.Code == "" {
			return nil, fail(20003, "The authorization code is not found.")
		}
	case "refresh_token":
		if t := p.tokens.find(b.RefreshToken, x.time); t == nil || t.kind != refreshToken || t.app != app.ID {
			return nil, fail(20026, "The refresh token is invalid.")
		}
		delete(p.tokens.byValue, b.RefreshToken)
	default:
		return nil, fail(20036, "The specified grant_type is not supported.")
	}
	x.app, x.tenant = app, OwnTenant
	access := p.issue(x, userAccess, OwnTenant)
	refresh := &token{"r-" + rand.Text(), refreshToken, app.ID, OwnTenant, x.time.Add(refreshLife)}
	p.tokens.byValue[refresh.value] = refresh
	return noDataField{
		"access_token": access.value, "expires_in": secondsLeft(access, x.time), "token_type": "Bearer", "scope": "",
		"refresh_token": refresh.value, "refresh_token_expires_in": secondsLeft(refresh, x.time),
	}, nil
}

// userInfo is "authen-v1/user_info". The user who has logged in is the first of the
// address book, or one who is in none.
func userInfo(p *Platform, x *exchange) (any, *failure) {
	for _, u := range p.documents[usersPath] {
		return u, nil
	}
	return map[string]any{"open_id": "ou_standin", "union_id": "on_standin", "name": "Standin User", "en_name": "Standin User", "tenant_key": x.tenant}, nil
}
