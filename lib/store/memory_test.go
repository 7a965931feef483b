package store

import (
	"strconv"
	"testing"
	"time"
)

// memory is an empty store, and the function that sets its time.
func memory() (m *Memory, set func(time.Duration)) {
	now := time.Unix(0, 0)
	return NewMemory(func() time.Time { return now }), func(d time.Duration) { now = time.Unix(0, 0).Add(d) }
}

func claimed(t *testing.T, m *Memory, i int, ttl time.Duration) State {
	t.Helper()
	state, _, err := m.Claim(t.Context(), strconv.Itoa(i), "owner "+strconv.Itoa(i), ttl, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// Claims that have expired are forgotten long before the store is full.
func TestExpiredClaimsAreForgotten(t *testing.T) {
	m, set := memory()
	for i := range 100_000 {
		set(time.Duration(i) * time.Second)
		claimed(t, m, i, 10*time.Second)
		if got := len(m.claims); got > 64 {
			t.Fatalf("got %d claims, of which 11 have not expired, want at most 64", got)
		}
	}
}

// A full store forgets what expires first.
func TestFullStoreForgetsTheOldest(t *testing.T) {
	m, _ := memory()
	for i := 1; i <= 50_000; i++ {
		claimed(t, m, i, time.Duration(i)*time.Second)
		if got := len(m.claims); got > 10_000 {
			t.Fatalf("got %d claims, want at most 10000", got)
		}
	}
	for i := 41_001; i <= 50_000; i++ {
		if state, _, _ := m.Claim(t.Context(), strconv.Itoa(i), "another", time.Hour, time.Hour); state != InProgress {
			t.Fatalf("the claim %d is %s, want the newest 9000 kept", i, state)
		}
	}
}
