package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Memory is the twin of [Table] in one process.
type Memory struct {
	now func() time.Time

	mu      sync.Mutex
	claims  map[string]claim
	tokens  map[string]token
	tickets map[string]ticket
}

type claim struct {
	completed      bool
	owner          string
	lease, expires time.Time
	result         []byte
}

type token struct {
	lark.Token
	lease time.Time
}

type ticket struct {
	value  lark.Secret
	issued time.Time
}

// NewMemory makes an empty store that tells the time with now.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: now, claims: map[string]claim{}, tokens: map[string]token{}, tickets: map[string]ticket{}}
}

// Claim is [Table.Claim].
func (m *Memory) Claim(_ context.Context, key, owner string, lease, ttl time.Duration) (State, []byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	c, ok := m.claims[key]
	if ok && !c.expires.Before(now) {
		switch {
		case c.completed:
			return Completed, c.result, nil
		case !c.lease.Before(now) && c.owner != owner:
			return InProgress, nil, nil
		}
	}
	m.claims[key] = claim{owner: owner, lease: now.Add(lease), expires: now.Add(ttl)}
	return Acquired, nil, nil
}

// Complete is [Table.Complete].
func (m *Memory) Complete(_ context.Context, key string, result []byte, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if c := m.claims[key]; !c.completed || c.expires.Before(now) {
		m.claims[key] = claim{completed: true, result: slices.Clone(result), expires: now.Add(ttl)}
	}
	return nil
}

// Release is [Table.Release].
func (m *Memory) Release(_ context.Context, key, owner string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.claims[key]; ok && !c.completed && c.owner == owner {
		c.lease = time.Time{}
		m.claims[key] = c
	}
	return nil
}

// Token is [Table.Token].
func (m *Memory) Token(_ context.Context, key string) (lark.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tokens[key].Token, nil
}

// Lease is [Table.Lease].
func (m *Memory) Lease(_ context.Context, key string, seen lark.Secret, d time.Duration) (bool, lark.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tokens[key]
	if t.Value != seen || !t.lease.Before(m.now()) {
		return false, t.Token, nil
	}
	t.lease = m.now().Add(d)
	m.tokens[key] = t
	return true, t.Token, nil
}

// Settle is [Table.Settle].
func (m *Memory) Settle(_ context.Context, key string, fresh lark.Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tokens[key]
	if fresh.Value != "" {
		t.Token = fresh
	}
	t.lease = time.Time{}
	m.tokens[key] = t
	return nil
}

// Ticket is [Table.Ticket].
func (m *Memory) Ticket(_ context.Context, appID string) (lark.Secret, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tickets[appID].value, nil
}

// PutTicket is [Table.PutTicket].
func (m *Memory) PutTicket(_ context.Context, appID string, value lark.Secret, issued time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tickets[appID].issued.Before(issued) {
		m.tickets[appID] = ticket{value, issued}
	}
	return nil
}
