package larktest

import (
	"encoding/base64"
	"net/http/httptest"
	"testing"
	"time"
)

func TestTokenIsKeptUntilHalfAnHourRemains(t *testing.T) {
	b := newFixture(t)
	first := b.token
	b.clock.advance(90 * time.Minute)
	if got := b.tenantToken("cli_1", "s1"); got != first {
		t.Errorf("30 minutes before the expiry: got %s, want %s", got, first)
	}
	b.clock.advance(time.Second)
	second := b.tenantToken("cli_1", "s1")
	if second == first {
		t.Errorf("later: got %s, want a new token", second)
	}
	b.get("/open-apis/im/v1/chats").want(0)
	b.token = second
	b.get("/open-apis/im/v1/chats").want(0)
	if n := b.TokenCalls(); n != 3 {
		t.Errorf("got %d token calls, want 3", n)
	}
}

func TestTokenLife(t *testing.T) {
	b := newFixture(t, WithTokenLife(time.Hour))
	r := b.post("/open-apis/auth/v3/tenant_access_token/internal", object{"app_id": "cli_1", "app_secret": "s1"})
	if r.body["expire"] != 3600.0 {
		t.Errorf("got the expiry %v, want 3600", r.body["expire"])
	}
}

func TestRevokeTokens(t *testing.T) {
	b := newFixture(t)
	b.AddUserToken("cli_1", "u-1")
	b.RevokeTokens("cli_1")
	b.get("/open-apis/im/v1/chats").want(99991663)
	old := b.token
	b.token = "u-1"
	b.get("/open-apis/im/v1/chats").want(99991668)
	if b.token = b.tenantToken("cli_1", "s1"); b.token == old {
		t.Errorf("got %s, which was revoked, want a new token", old)
	}
	b.get("/open-apis/im/v1/chats").want(0)
}

func TestBearer(t *testing.T) {
	b := newFixture(t)
	b.AddUserToken("cli_1", "eyJhbGciOi.opaque")
	app := b.post("/open-apis/auth/v3/app_access_token/internal",
		object{"app_id": "cli_1", "app_secret": "s1"}).want(0).string("app_access_token")
	const chats, bot, oidc = "/open-apis/im/v1/chats", "/open-apis/bot/v3/info", "/open-apis/authen/v1/oidc/access_token"
	tests := []struct {
		name, method, path, header string
		code                       int
	}{
		{"tenant", "GET", chats, "Bearer " + b.token, 0},
		{"user", "GET", chats, "Bearer eyJhbGciOi.opaque", 0},
		{"none", "GET", chats, "", 99991661},
		{"empty", "GET", chats, "Bearer ", 99991661},
		{"no scheme", "GET", chats, b.token, 99991661},
		{"unknown tenant token", "GET", chats, "Bearer t-x", 99991663},
		{"unknown app token", "GET", chats, "Bearer a-x", 99991664},
		{"unknown user token", "GET", chats, "Bearer u-x", 99991668},
		{"malformed", "GET", chats, "Bearer x", 99991671},
		{"app token for tenant", "GET", chats, "Bearer " + app, 99991663},
		{"user token for tenant", "GET", bot, "Bearer eyJhbGciOi.opaque", 99991663},
		{"tenant token for app", "POST", oidc, "Bearer " + b.token, 99991664},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.path, nil)
			if tt.header != "" {
				r.Header.Set("Authorization", tt.header)
			}
			b.t = t
			b.do(r).want(tt.code)
		})
	}
}

func TestTokenExpires(t *testing.T) {
	b := newFixture(t)
	b.clock.advance(2*time.Hour - time.Second)
	b.get("/open-apis/im/v1/chats").want(0)
	b.clock.advance(time.Second)
	b.get("/open-apis/im/v1/chats").want(99991663)
}

func TestHelpDeskHeader(t *testing.T) {
	b := newFixture(t)
	for cred, code := range map[string]int{"h:ht": 0, "h:no": 154001, "": 154001} {
		r := httptest.NewRequest("GET", "/open-apis/helpdesk/v1/tickets", nil)
		r.Header.Set("Authorization", "Bearer "+b.token)
		r.Header.Set("X-Lark-Helpdesk-Authorization", base64.StdEncoding.EncodeToString([]byte(cred)))
		b.do(r).want(code)
	}
	b.token = b.tenantToken("cli_2", "s2") // an app without a help desk
	b.get("/open-apis/helpdesk/v1/tickets").want(154001)
}
