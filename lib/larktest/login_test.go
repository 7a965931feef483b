package larktest

import (
	"encoding/json"
	"maps"
	"testing"
)

func TestLogin(t *testing.T) {
	b := newFixture(t)
	b.AddDocument("/open-apis/contact/v3/users", json.RawMessage(`{"open_id":"ou_ann","name":"Ann"}`))
	const path = "/open-apis/authen/v2/oauth/token"
	login := object{"grant_type": "authorization_code", "client_id": "cli_1", "client_secret": "s1", "code": "c"}
	withField := func(name, value string) object {
		changed := maps.Clone(login)
		changed[name] = value
		return changed
	}
	b.post(path, withField("client_id", "cli_x")).want(20048)
	b.post(path, withField("client_secret", "x")).want(20002)
	b.post(path, withField("code", "")).want(20003)
	b.post(path, withField("grant_type", "password")).want(20036)
	b.get("/open-apis/authen/v1/user_info").want(99991663) // with the app's token
	first := b.post(path, login).want(0)

	refresh := withField("grant_type", "refresh_token")
	refresh["refresh_token"] = first.string("refresh_token")
	second := b.post(path, refresh).want(0)
	b.post(path, refresh).want(20026) // each refresh token works once

	b.token = second.string("access_token")
	if got := b.get("/open-apis/authen/v1/user_info").want(0).data().string("name"); got != "Ann" {
		t.Errorf("got %s, want Ann", got)
	}
	b.token = second.string("refresh_token")
	b.get("/open-apis/authen/v1/user_info").want(99991663)
}
