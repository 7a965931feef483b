package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/cloud"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// shared is moto for all tests of this package. They do not disturb each
// other: each makes a table, or a prefix, of its own.
var shared harness.SharedEmulator

func TestMain(m *testing.M) { shared.Main(m) }

// clients are those of a function, pointed at the emulator.
func clients(e *harness.Emulator) *cloud.Cloud {
	env := map[string]string{}
	for _, line := range e.Env() {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	return cloud.New(func(name string) string { return env[name] })
}

// clock is a clock that a test sets. It starts between two seconds, because
// DynamoDB's TTL counts whole ones.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 23, 12, 0, 0, 400e6, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// implementation is what both stores do.
type implementation interface {
	Claim(ctx context.Context, key, owner string, lease, ttl time.Duration) (store.State, []byte, error)
	Complete(ctx context.Context, key string, result []byte, ttl time.Duration) error
	Release(ctx context.Context, key, owner string) error
	lark.TokenStore
	Document(ctx context.Context, key string) (doc []byte, version int64, err error)
	Replace(ctx context.Context, key string, doc []byte, seen int64, ttl time.Duration) (bool, error)
	PutTicket(ctx context.Context, appID string, value lark.Secret, issued time.Time) error
}

var (
	_ implementation = (*store.Memory)(nil)
	_ implementation = (*store.Table)(nil)
)

var tables atomic.Int64

// newTable is an empty table on the emulator.
func newTable(t *testing.T, c *clock) *store.Table {
	t.Helper()
	e := shared.Get(t)
	name := fmt.Sprintf("table-%d", tables.Add(1))
	if err := e.CreateTable(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	return store.NewTable(clients(e).DynamoDB(), name, c.now)
}

// onBoth runs a test of the contract on an empty store of each kind.
func onBoth(t *testing.T, test func(t *testing.T, s implementation, c *clock)) {
	t.Run("Memory", func(t *testing.T) {
		c := newClock()
		test(t, store.NewMemory(c.now), c)
	})
	t.Run("Table", func(t *testing.T) {
		c := newClock()
		test(t, newTable(t, c), c)
	})
}

// wantError checks that an error says what was being done, why it failed, and
// nothing secret.
func wantError(t *testing.T, err error, doing string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), doing) || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("got %v, want %q and the reason", err, doing)
	}
	if err != nil && strings.Contains(err.Error(), "secret-") {
		t.Errorf("a secret is in %q", err)
	}
}
