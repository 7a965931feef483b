package larktest

import "crypto/rand"

// IssueTicket makes a new app_ticket of a marketplace app, hands it to the
// OnTicket functions and returns it. The two newest tickets of an app are
// valid: the life of a ticket is not documented, a new one comes every hour.
func (p *Platform) IssueTicket(appID string) string {
	ticket := rand.Text()
	p.mu.Lock()
	ts := append(p.tickets[appID], ticket)
	p.tickets[appID] = ts[max(0, len(ts)-2):]
	fs := p.onTicket
	p.mu.Unlock()
	for _, f := range fs {
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
	x.then = func() { p.IssueTicket(x.app.ID) }
	return flat{}, nil
}
