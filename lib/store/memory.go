package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

const (
	// maxClaims is how many claims a [Memory] keeps.
	maxClaims = 10_000
	// minSweep is the number of claims up to which it does not remove expired ones.
	minSweep = 64
)

// Memory is the implementation of [Table] in the memory of one process, for the
// local run and for tests. It forgets what has expired; when it is full, it
// forgets the claims that expire first.
type Memory struct {
	*lark.MemoryTokens
	now func() time.Time

	mu      sync.Mutex
	claims  map[string]claim
	sweepAt int // the number of claims at which it removes expired ones
}

// claim is a record: a claim with its result or, if it has a version, a document.
type claim struct {
	version        int64
	completed      bool
	owner          string
	lease, expires time.Time
	result         []byte
}

// NewMemory makes an empty store that reads the time from now.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{MemoryTokens: lark.NewMemoryTokens(now), now: now, claims: map[string]claim{}, sweepAt: minSweep}
}

// Claim is [Table.Claim].
func (m *Memory) Claim(_ context.Context, key, owner string, lease, ttl time.Duration) (State, []byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if c := m.claims[key]; !c.expires.Before(now) {
		switch {
		case c.completed:
			return Completed, c.result, nil
		case !c.lease.Before(now) && c.owner != owner:
			return InProgress, nil, nil
		}
	}
	m.put(key, claim{owner: owner, lease: now.Add(lease), expires: now.Add(ttl)})
	return Acquired, nil, nil
}

// Complete is [Table.Complete].
func (m *Memory) Complete(_ context.Context, key string, result []byte, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if c := m.claims[key]; !c.completed || c.expires.Before(now) {
		m.put(key, claim{completed: true, result: slices.Clone(result), expires: now.Add(ttl)})
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

// put stores a claim. The caller holds m.mu.
func (m *Memory) put(key string, c claim) {
	if _, ok := m.claims[key]; !ok && len(m.claims) >= m.sweepAt {
		m.sweep()
	}
	m.claims[key] = c
}

// sweep removes the claims that have expired and, if the store is still nearly full,
// those that expire first. It removes enough of them that sweeps are rare.
func (m *Memory) sweep() {
	now := m.now()
	var live []string
	for key, c := range m.claims {
		if c.expires.Before(now) {
			delete(m.claims, key)
		} else {
			live = append(live, key)
		}
	}
	if excess := len(live) - maxClaims*9/10; excess > 0 {
		slices.SortFunc(live, func(a, b string) int { return m.claims[a].expires.Compare(m.claims[b].expires) })
		for _, key := range live[:excess] {
			delete(m.claims, key)
		}
	}
	m.sweepAt = min(maxClaims, max(minSweep, 2*len(m.claims)))
}
