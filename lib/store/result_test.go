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
	s twin
}

const workLease = 20 * time.Second

func (w work) begin(owner string, want store.State, result string) {
	w.t.Helper()
	state, got, err := w.s.Begin(w.t.Context(), "k", owner, workLease, keep)
	if err != nil || state != want || string(got) != result {
		w.t.Errorf("%s: %s with %q, %v; want %s with %q", owner, state, got, err, want, result)
	}
}

func (w work) finish(result string) {
	w.t.Helper()
	if err := w.s.Finish(w.t.Context(), "k", []byte(result), keep); err != nil {
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
		{"held as long as it asks for", func(w work, c *clock) {
			w.begin("a", store.Won, "")
			c.add(workLease)
			w.begin("b", store.Held, "")
			c.add(time.Millisecond)
			w.begin("b", store.Won, "")
		}},
		{"done comes with the result", func(w work, c *clock) {
			w.begin("a", store.Won, "")
			w.finish("{\"ok\":true}\x00\xff")
			w.begin("b", store.Done, "{\"ok\":true}\x00\xff")
			w.begin("a", store.Done, "{\"ok\":true}\x00\xff")
			c.add(keep - time.Second)
			w.begin("b", store.Done, "{\"ok\":true}\x00\xff")
		}},
		{"an empty result", func(w work, _ *clock) {
			w.begin("a", store.Won, "")
			w.finish("")
			w.begin("b", store.Done, "")
		}},
		// Two ran because a lease lapsed. The first answer is what was told.
		{"the first result counts", func(w work, c *clock) {
			w.begin("a", store.Won, "")
			c.add(workLease + time.Millisecond)
			w.begin("b", store.Won, "")
			w.finish("first")
			w.finish("second")
			w.begin("c", store.Done, "first")
		}},
		{"it needs no claim", func(w work, _ *clock) {
			w.finish("first")
			w.begin("a", store.Done, "first")
		}},
		{"a new record has no old result", func(w work, c *clock) {
			w.begin("a", store.Won, "")
			w.finish("old")
			c.add(keep + time.Second)
			w.begin("b", store.Won, "")
			w.begin("c", store.Held, "")
			w.finish("new")
			w.begin("c", store.Done, "new")
		}},
		{"released to the next", func(w work, _ *clock) {
			w.begin("a", store.Won, "")
			w.release("a")
			w.begin("b", store.Won, "")
			w.begin("a", store.Held, "")
		}},
		{"only its owner releases", func(w work, c *clock) {
			w.begin("a", store.Won, "")
			w.release("b")
			w.begin("b", store.Held, "")
			c.add(workLease + time.Millisecond)
			w.begin("b", store.Won, "")
			w.release("a") // late
			w.begin("a", store.Held, "")
		}},
		{"what is done stays done", func(w work, _ *clock) {
			w.begin("a", store.Won, "")
			w.finish("result")
			w.release("a")
			w.begin("b", store.Done, "result")
		}},
		{"nothing to release", func(w work, _ *clock) {
			w.release("a")
			w.begin("b", store.Won, "")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onTwins(t, func(t *testing.T, s twin, c *clock) { tt.test(work{t, s}, c) })
		})
	}
}

// What is stored must not change with the caller's buffer.
func TestResultsAreCopied(t *testing.T) {
	onTwins(t, func(t *testing.T, s twin, _ *clock) {
		result := []byte("result")
		if err := s.Finish(t.Context(), "k", result, keep); err != nil {
			t.Fatal(err)
		}
		copy(result, "******")
		work{t, s}.begin("a", store.Done, "result")
	})
}

func TestSendKey(t *testing.T) {
	if got := store.SendKey("default", "id-1"); got != "snd#default#id-1" {
		t.Errorf("got %q", got)
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
	state, _, err := s.Begin(t.Context(), "k", "a", workLease, keep)
	wantError(t, err, "claiming k")
	if state == store.Won {
		t.Error("won at a table that refuses")
	}
	wantError(t, s.Finish(t.Context(), "k", []byte("secret-result"), keep), "storing the result of k")
	wantError(t, s.Release(t.Context(), "k", "a"), "releasing k")
}
