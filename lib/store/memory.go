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
	*lark.MemoryTokens
	now func() time.Time

	mu     sync.Mutex
	claims map[string]claim
}

type claim struct {
	completed      bool
	owner          string
	lease, expires time.Time
	result         []byte
}

// NewMemory makes an empty store that tells the time with now.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{MemoryTokens: lark.NewMemoryTokens(now), now: now, claims: map[string]claim{}}
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
