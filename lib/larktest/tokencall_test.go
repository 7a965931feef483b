package larktest

import "testing"

func TestTokenCallRefusals(t *testing.T) {
	const (
		internal    = "/open-apis/auth/v3/tenant_access_token/internal"
		appInternal = "/open-apis/auth/v3/app_access_token/internal"
		app         = "/open-apis/auth/v3/app_access_token"
		tenant      = "/open-apis/auth/v3/tenant_access_token"
	)
	tests := []struct {
		name, path string
		body       object
		code       int
	}{
		{"wrong secret", internal, object{"app_id": "cli_1", "app_secret": "no"}, 10015},
		{"unknown app", internal, object{"app_id": "cli_x", "app_secret": "s1"}, 10003},
		{"no secret", internal, object{"app_id": "cli_1"}, 10003},
		{"marketplace app", appInternal, object{"app_id": "cli_m", "app_secret": "sm"}, 10003},
		{"no ticket", app, object{"app_id": "cli_m", "app_secret": "sm"}, 10012},
		{"bad ticket", app, object{"app_id": "cli_m", "app_secret": "sm", "app_ticket": "no"}, 10012},
		{"bad app token", tenant, object{"app_access_token": "a-no", "tenant_key": "t1"}, 99991664},
		{"no tenant", tenant, object{"app_access_token": "a-no"}, 10003},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newFixture(t)
			b.token = "" // none is needed
			if r := b.post(tt.path, tt.body).want(tt.code); r.status != 400 {
				t.Errorf("got HTTP %d, want 400", r.status)
			}
			if n := b.TokenCalls(); n != 2 {
				t.Errorf("got %d token calls, want 2, the refused one among them", n)
			}
		})
	}
}

func TestAppTokenInternal(t *testing.T) {
	b := newFixture(t)
	r := b.post("/open-apis/auth/v3/app_access_token/internal", object{"app_id": "cli_1", "app_secret": "s1"}).want(0)
	if r.string("tenant_access_token") != b.token || r.body["expire"] != 7200.0 {
		t.Errorf("got %s, want the tenant token, for 7200 s", r.raw)
	}
	b.token = r.string("app_access_token")
	u := b.post("/open-apis/authen/v1/oidc/access_token", object{"grant_type": "authorization_code", "code": "x"})
	b.token = u.want(0).data().string("access_token")
	b.get("/open-apis/im/v1/chats").want(0)
}

// marketplaceToken exchanges a ticket for an app token, and that for a tenant token.
func (b *fixture) marketplaceToken(ticket, tenant string) reply {
	b.t.Helper()
	a := b.post("/open-apis/auth/v3/app_access_token",
		object{"app_id": "cli_m", "app_secret": "sm", "app_ticket": ticket}).want(0)
	return b.post("/open-apis/auth/v3/tenant_access_token",
		object{"app_access_token": a.string("app_access_token"), "tenant_key": tenant})
}

func TestMarketplaceTokens(t *testing.T) {
	b := newFixture(t)
	ticket := b.IssueTicket("cli_m")
	one := b.marketplaceToken(ticket, "t1").want(0).string("tenant_access_token")
	two := b.marketplaceToken(ticket, "t2").want(0).string("tenant_access_token")
	if one == two {
		t.Errorf("got %s for both tenants, want two tokens", one)
	}
	b.token = two
	b.send("oc_1", "x")
	if m := b.Messages("oc_1")[0]; m.AppID != "cli_m" || m.TenantKey != "t2" {
		t.Errorf("got the sender %s of %s, want cli_m of t2", m.AppID, m.TenantKey)
	}
	b.Uninstall("cli_m", "t2")
	b.get("/open-apis/im/v1/chats").want(99991663)
	b.marketplaceToken(ticket, "t2").want(10013)
	b.marketplaceToken(ticket, "t1").want(0)
}

func TestNewestTwoTicketsAreValid(t *testing.T) {
	b := newFixture(t)
	first, second, third := b.IssueTicket("cli_m"), b.IssueTicket("cli_m"), b.IssueTicket("cli_m")
	for ticket, code := range map[string]int{first: 10012, second: 0, third: 0} {
		b.post("/open-apis/auth/v3/app_access_token",
			object{"app_id": "cli_m", "app_secret": "sm", "app_ticket": ticket}).want(code)
	}
}

func TestResendTicket(t *testing.T) {
	b := newFixture(t)
	var got []string
	b.OnTicket(func(app, ticket string) { got = append(got, app, ticket) })
	b.post("/open-apis/auth/v3/app_ticket/resend", object{"app_id": "cli_1", "app_secret": "s1"}).want(10016)
	b.post("/open-apis/auth/v3/app_ticket/resend", object{"app_id": "cli_m", "app_secret": "sm"}).want(0)
	if len(got) != 2 || got[0] != "cli_m" {
		t.Fatalf("got the tickets %v, want one of cli_m", got)
	}
	b.marketplaceToken(got[1], "t1").want(0)
}
