package lark

import (
	"context"
	"sync"
	"time"
)

// maxMemoryTokens is how many tokens a [MemoryTokens] holds, one for each tenant
// of each marketplace app.
const maxMemoryTokens = 10_000

// MemoryTokens is a [TokenStore] in the memory of one process. It forgets tokens
// that have expired. When it is full it forgets the one that expires first. It is safe for concurrent use.
type MemoryTokens struct {
	now func() time.Time

	mu      sync.Mutex
	tokens  map[string]leasedToken
	tickets map[string]datedTicket // by app id
}

// leasedToken is a token and the end of the lease for its refresh.
type leasedToken struct {
	Token
	lease time.Time // until when one client may refresh the token
}

// datedTicket is an app_ticket and the time when Lark issued it.
type datedTicket struct {
	value  Secret
	issued time.Time
}

// NewMemoryTokens returns an empty store that reads the time from now.
func NewMemoryTokens(now func() time.Time) *MemoryTokens {
	return &MemoryTokens{now: now, tokens: map[string]leasedToken{}, tickets: map[string]datedTicket{}}
}

// Token implements [TokenStore].
func (m *MemoryTokens) Token(_ context.Context, key string) (Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tokens[key].Token, nil
}

// Lease implements [TokenStore].
func (m *MemoryTokens) Lease(_ context.Context, key string, seen Secret, d time.Duration) (bool, Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tokens[key]
	if t.Value != seen || !t.lease.Before(m.now()) {
		return false, t.Token, nil
	}
	t.lease = m.now().Add(d)
	m.put(key, t)
	return true, t.Token, nil
}

// Settle implements [TokenStore].
func (m *MemoryTokens) Settle(_ context.Context, key string, fresh Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tokens[key]
	if fresh.Value != "" {
		t.Token = fresh
	}
	t.lease = time.Time{}
	m.put(key, t)
	return nil
}

// put stores a token. The caller holds m.mu.
func (m *MemoryTokens) put(key string, t leasedToken) {
	if _, known := m.tokens[key]; !known && len(m.tokens) >= maxMemoryTokens {
		m.evict()
	}
	m.tokens[key] = t
}

// evict removes the tokens that have expired or, if none has, the one that expires
// first. A token that is being refreshed stays until its lease ends.
func (m *MemoryTokens) evict() {
	now := m.now()
	var first string
	var ends time.Time
	for key, t := range m.tokens {
		end := t.Expires
		if end.Before(t.lease) {
			end = t.lease
		}
		if end.Before(now) {
			delete(m.tokens, key)
		} else if first == "" || end.Before(ends) {
			first, ends = key, end
		}
	}
	if len(m.tokens) >= maxMemoryTokens {
		delete(m.tokens, first)
	}
}

// Ticket implements [TokenStore].
func (m *MemoryTokens) Ticket(_ context.Context, appID string) (Secret, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tickets[appID].value, nil
}

// PutTicket stores an app_ticket, unless a newer one is there already.
func (m *MemoryTokens) PutTicket(_ context.Context, appID string, value Secret, issued time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tickets[appID].issued.Before(issued) {
		m.tickets[appID] = datedTicket{value, issued}
	}
	return nil
}
