package larktest

import (
	"testing"
	"time"
)

func TestTokenIsKeptUntilHalfAnHourRemains(t *testing.T) {
	b := newBench(t)
	first := b.token
	b.clock.advance(90 * time.Minute)
	if b.tenantToken("cli_1", "s1") != first {
		t.Error("a new token while 30 minutes remain")
	}
	b.clock.advance(time.Second)
	second := b.tenantToken("cli_1", "s1")
	if second == first {
		t.Error("the old token with less than 30 minutes left")
	}
	b.get("/open-apis/im/v1/chats").want(0)
	b.token = second
	b.get("/open-apis/im/v1/chats").want(0)
	if n := b.TokenCalls(); n != 3 {
		t.Errorf("want 3 token calls, got %d", n)
	}
}

func TestTokenLife(t *testing.T) {
	b := newBench(t, WithTokenLife(time.Hour))
	r := b.post("/open-apis/auth/v3/tenant_access_token/internal", object{"app_id": "cli_1", "app_secret": "s1"})
	if r.body["expire"] != 3600.0 {
		t.Errorf("expire: %v", r.body["expire"])
	}
}

func TestRevokeTokens(t *testing.T) {
	b := newBench(t)
	b.AddUserToken("cli_1", "u-1")
	b.RevokeTokens("cli_1")
	b.get("/open-apis/im/v1/chats").want(99991663)
	old := b.token
	b.token = "u-1"
	b.get("/open-apis/im/v1/chats").want(99991668)
	if b.token = b.tenantToken("cli_1", "s1"); b.token == old {
		t.Error("the revoked token is issued again")
	}
	b.get("/open-apis/im/v1/chats").want(0)
}
