package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/store"
)

// work is a store with calls that must not fail, for the work of one key.
type work struct {
	t *testing.T
	s implementation
}

const workLease = 20 * time.Second

func (w work) claim(owner string, want store.State, result string) {
	w.t.Helper()
	state, got, err := w.s.Claim(w.t.Context(), "k", owner, workLease, ttl)
	if err != nil || state != want || string(got) != result {
		w.t.Errorf("%s: got %s with %q, %v; want %s with %q", owner, state, got, err, want, result)
	}
}

func (w work) complete(result string) {
	w.t.Helper()
	if err := w.s.Complete(w.t.Context(), "k", []byte(result), ttl); err != nil {
		w.t.Error(err)
	}
}

func (w work) release(owner string) {
	w.t.Helper()
	if err := w.s.Release(w.t.Context(), "k", owner); err != nil {
		w.t.Error(err)
	}
}

func TestResults(t *testing.T) {
	for _, tt := range []struct {
		name string
		test func(w work, c *clock)
	}{
		{"the lease is as long as the claim asks", func(w work, c *clock) {
			w.claim("a", store.Acquired, "")
			c.add(workLease)
			w.claim("b", store.InProgress, "")
			c.add(time.Millisecond)
			w.claim("b", store.Acquired, "")
		}},
		{"a completed claim returns the result", func(w work, c *clock) {
			w.claim("a", store.Acquired, "")
			w.complete("{\"ok\":true}\x00\xff")
			w.claim("b", store.Completed, "{\"ok\":true}\x00\xff")
			w.claim("a", store.Completed, "{\"ok\":true}\x00\xff")
			c.add(ttl - time.Second)
			w.claim("b", store.Completed, "{\"ok\":true}\x00\xff")
		}},
		{"an empty result", func(w work, _ *clock) {
			w.claim("a", store.Acquired, "")
			w.complete("")
			w.claim("b", store.Completed, "")
		}},
		// Two ran because a lease ended. Somebody has been answered with the first result.
		{"the first result stays", func(w work, c *clock) {
			w.claim("a", store.Acquired, "")
			c.add(workLease + time.Millisecond)
			w.claim("b", store.Acquired, "")
			w.complete("first")
			w.complete("second")
			w.claim("c", store.Completed, "first")
		}},
		{"a completion needs no claim", func(w work, _ *clock) {
			w.complete("first")
			w.claim("a", store.Completed, "first")
		}},
		{"a new claim has no old result", func(w work, c *clock) {
			w.claim("a", store.Acquired, "")
			w.complete("old")
			c.add(ttl + time.Second)
			w.claim("b", store.Acquired, "")
			w.claim("c", store.InProgress, "")
			w.complete("new")
			w.claim("c", store.Completed, "new")
		}},
		{"a record past its ttl is completed anew", func(w work, c *clock) {
			w.complete("old")
			c.add(ttl + time.Second)
			w.complete("new")
			w.claim("a", store.Completed, "new")
		}},
		{"a completion without a result removes an old one", func(w work, c *clock) {
			w.complete("old")
			c.add(ttl + time.Second)
			w.claim("a", store.Acquired, "")
			w.complete("")
			w.claim("b", store.Completed, "")
		}},
		{"released for the next", func(w work, _ *clock) {
			w.claim("a", store.Acquired, "")
			w.release("a")
			w.claim("b", store.Acquired, "")
			w.claim("a", store.InProgress, "")
		}},
		{"only its owner releases", func(w work, c *clock) {
			w.claim("a", store.Acquired, "")
			w.release("b")
			w.claim("b", store.InProgress, "")
			c.add(workLease + time.Millisecond)
			w.claim("b", store.Acquired, "")
			w.release("a") // late
			w.claim("a", store.InProgress, "")
		}},
		{"what is completed stays completed", func(w work, _ *clock) {
			w.claim("a", store.Acquired, "")
			w.complete("result")
			w.release("a")
			w.claim("b", store.Completed, "result")
		}},
		{"nothing to release", func(w work, _ *clock) {
			w.release("a")
			w.claim("b", store.Acquired, "")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s implementation, c *clock) { tt.test(work{t, s}, c) })
		})
	}
}

// What is stored must not change with the caller's buffer.
func TestResultsAreCopied(t *testing.T) {
	onBoth(t, func(t *testing.T, s implementation, _ *clock) {
		result := []byte("result")
		if err := s.Complete(t.Context(), "k", result, ttl); err != nil {
			t.Fatal(err)
		}
		copy(result, "******")
		work{t, s}.claim("a", store.Completed, "result")
	})
}

func TestSendKey(t *testing.T) {
	if got := store.SendKey("default", "id-1"); got != "snd#default#id-1" {
		t.Errorf("got %q, want snd#default#id-1", got)
	}
	long := strings.Repeat("x", 3000)
	keys := map[string]bool{}
	for _, key := range []string{
		store.SendKey("default", "1"), store.SendKey("b", "1"), store.SendKey("default", long), store.SendKey("default", long+"y"),
		store.EventKey("default", "1"), // an event and a request are never one record
	} {
		if keys[key] || len(key) > 2048 {
			t.Errorf("%.40q is taken or too long", key)
		}
		keys[key] = true
	}
}

func TestResultErrors(t *testing.T) {
	s := newTable(t, newClock())
	defer shared.Get(t).Proxy().Inject(harness.Fault{Kind: harness.Refuse("AccessDeniedException")})()
	state, _, err := s.Claim(t.Context(), "k", "a", workLease, ttl)
	wantError(t, err, "claiming k")
	if state == store.Acquired {
		t.Error("the claim is acquired from a table that refuses it")
	}
	wantError(t, s.Complete(t.Context(), "k", []byte("secret-result"), ttl), "completing k")
	wantError(t, s.Release(t.Context(), "k", "a"), "releasing k")
}
