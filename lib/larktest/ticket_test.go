package larktest

import "testing"

func TestNewestTwoTicketsAreValid(t *testing.T) {
	b := newBench(t)
	first, second, third := b.IssueTicket("cli_m"), b.IssueTicket("cli_m"), b.IssueTicket("cli_m")
	for ticket, code := range map[string]int{first: 10012, second: 0, third: 0} {
		b.post("/open-apis/auth/v3/app_access_token",
			object{"app_id": "cli_m", "app_secret": "sm", "app_ticket": ticket}).want(code)
	}
}

func TestResendTicket(t *testing.T) {
	b := newBench(t)
	var got []string
	b.OnTicket(func(app, ticket string) { got = append(got, app, ticket) })
	b.post("/open-apis/auth/v3/app_ticket/resend", object{"app_id": "cli_1", "app_secret": "s1"}).want(10016)
	b.post("/open-apis/auth/v3/app_ticket/resend", object{"app_id": "cli_m", "app_secret": "sm"}).want(0)
	if len(got) != 2 || got[0] != "cli_m" {
		t.Fatalf("tickets: %v", got)
	}
	b.marketplaceToken(got[1], "t1").want(0)
}
