package store_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/store"
)

// ttl is how long the claims of these tests are kept.
const ttl = 24 * time.Hour

// step is one operation on a store after some time, and what it finds.
type step struct {
	after time.Duration
	owner string // "" completes, which nobody need own anything for
	key   string // "" is "k"
	want  store.State
}

func TestClaim(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"the first acquires", []step{{owner: "a", want: store.Acquired}}},
		{"the second does not", []step{{owner: "a"}, {owner: "b", want: store.InProgress}, {owner: "c", want: store.InProgress}}},
		{"each key has a claim of its own", []step{{owner: "a"}, {owner: "b", key: "other", want: store.Acquired}}},
		{"the lease includes its last moment", []step{{owner: "a"}, {after: store.ClaimLease, owner: "b", want: store.InProgress}}},
		{"the lease ends", []step{{owner: "a"}, {after: store.ClaimLease + time.Millisecond, owner: "b", want: store.Acquired}}},
		{"a new owner has a lease of its own", []step{
			{owner: "a"}, {after: store.ClaimLease + time.Millisecond, owner: "b"},
			{after: store.ClaimLease, owner: "c", want: store.InProgress}, {after: time.Millisecond, owner: "c", want: store.Acquired},
		}},
		{"an attempt in vain does not extend the lease", []step{
			{owner: "a"}, {after: store.ClaimLease / 2, owner: "b", want: store.InProgress},
			{after: store.ClaimLease/2 + time.Millisecond, owner: "c", want: store.Acquired},
		}},
		// The answer to a claim was lost and the SDK repeats the call.
		{"an owner acquires again", []step{{owner: "a"}, {owner: "a", want: store.Acquired}, {owner: "b", want: store.InProgress}}},
		{"a former owner does not", []step{
			{owner: "a"}, {after: store.ClaimLease + time.Millisecond, owner: "b"}, {owner: "a", want: store.InProgress},
		}},
		{"completed", []step{{owner: "a"}, {}, {owner: "b", want: store.Completed}}},
		{"completed for its owner too", []step{{owner: "a"}, {}, {owner: "a", want: store.Completed}}},
		{"completed after the end of the lease", []step{{owner: "a"}, {}, {after: store.ClaimLease + time.Millisecond, owner: "b", want: store.Completed}}},
		{"a completion needs no claim", []step{{}, {owner: "a", want: store.Completed}}},
		{"a completion can be repeated", []step{{owner: "a"}, {}, {}, {owner: "b", want: store.Completed}}},
		// a published, lost the claim to b, and says so late: that is still true.
		{"a late completion counts", []step{
			{owner: "a"}, {after: store.ClaimLease + time.Millisecond, owner: "b"}, {}, {owner: "c", want: store.Completed},
		}},
		{"completed until the ttl", []step{{owner: "a"}, {}, {after: ttl - time.Second, owner: "b", want: store.Completed}}},
		{"acquired after the ttl", []step{{owner: "a"}, {}, {after: ttl + time.Second, owner: "b", want: store.Acquired}, {owner: "c", want: store.InProgress}}},
		{"the ttl counts from the completion", []step{
			{owner: "a"}, {after: 5 * time.Second}, {after: ttl - time.Second, owner: "b", want: store.Completed},
		}},
		{"a completion after the ttl", []step{
			{}, {after: ttl + time.Second}, {after: ttl - time.Second, owner: "a", want: store.Completed},
		}},
		{"a completion after the ttl and a new claim", []step{
			{owner: "a"}, {}, {after: ttl + time.Second, owner: "b"}, {}, {owner: "c", want: store.Completed},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s implementation, c *clock) {
				for i, step := range tt.steps {
					c.add(step.after)
					key := step.key
					if key == "" {
						key = "k"
					}
					if step.owner == "" {
						if err := s.Complete(t.Context(), key, nil, ttl); err != nil {
							t.Fatal(err)
						}
						continue
					}
					got, _, err := s.Claim(t.Context(), key, step.owner, store.ClaimLease, ttl)
					if err != nil || got != step.want {
						t.Fatalf("step %d: got %s, %v; want %s", i, got, err, step.want)
					}
				}
			})
		})
	}
}

func TestClaimHasOneOwner(t *testing.T) {
	onBoth(t, func(t *testing.T, s implementation, c *clock) {
		claim := func(owner string) store.State {
			state, _, err := s.Claim(t.Context(), "k", owner, store.ClaimLease, ttl)
			if err != nil {
				t.Error(err)
			}
			return state
		}
		// The first round finds no record, the second one whose lease has ended.
		for round := range 2 {
			if got := race(50, claim); got[store.Acquired] != 1 || got[store.InProgress] != 49 {
				t.Errorf("round %d: got %v, want one owner and 49 others", round, got)
			}
			c.add(store.ClaimLease + time.Millisecond)
		}
	})
}

// race makes n claims at the same time and counts what they found.
func race(n int, claim func(owner string) store.State) map[store.State]int {
	found := make(chan store.State, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			found <- claim(string(rune('A' + i)))
		})
	}
	close(start)
	all.Wait()
	close(found)
	counts := map[store.State]int{}
	for state := range found {
		counts[state]++
	}
	return counts
}

func TestClaimOverABadConnection(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault harness.Fault
		fails bool
	}{
		// The record is there already when the call is repeated: without the
		// owner in it, nobody would publish until the lease ends.
		{"the answer is lost", harness.Fault{Times: 1, Kind: harness.LoseAnswer()}, false},
		{"the call is lost once", harness.Fault{Times: 1, Kind: harness.Drop()}, false},
		{"throttled once", harness.Fault{Times: 1, Kind: harness.Throttle()}, false},
		{"every call is lost", harness.Fault{Kind: harness.Drop()}, true},
		{"refused", harness.Fault{Kind: harness.Refuse("AccessDeniedException")}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newTable(t, newClock())
			proxy := shared.Get(t).Proxy()
			before := proxy.Calls()["UpdateItem"]
			tt.fault.Operation = "UpdateItem"
			remove := proxy.Inject(tt.fault)
			got, _, err := s.Claim(t.Context(), "k", "a", store.ClaimLease, ttl)
			remove()
			if calls := proxy.Calls()["UpdateItem"] - before; tt.fault.Times == 1 && calls != 2 {
				t.Errorf("%d calls, want the one that failed and one more", calls)
			}
			if tt.fails {
				if err == nil || got == store.Acquired || !strings.Contains(err.Error(), "claiming k") {
					t.Errorf("got %s, %v; want an error that says what failed", got, err)
				}
				return
			}
			if err != nil || got != store.Acquired {
				t.Fatalf("got %s, %v; want acquired", got, err)
			}
			if got, _, err := s.Claim(t.Context(), "k", "b", store.ClaimLease, ttl); err != nil || got != store.InProgress {
				t.Errorf("another gets %s, %v; want in progress", got, err)
			}
		})
	}
}

func TestEventKey(t *testing.T) {
	long := strings.Repeat("x", 3000)
	keys := map[string]string{}
	for _, id := range []struct{ app, id string }{
		{"cli_a", "1"}, {"cli_b", "1"}, {"cli_a", "2"}, {"cli_a", ""}, {"cli_a", long}, {"cli_a", long + "y"}, {"cli_b", long},
		{"cli_a", long[:512]}, {"cli_a", long[:513]},
	} {
		key := store.EventKey(id.app, id.id)
		if other, taken := keys[key]; taken {
			t.Errorf("%s/%.10q has the key of %s", id.app, id.id, other)
		}
		keys[key] = id.app
		if len(key) > 2048 { // DynamoDB's limit
			t.Errorf("the key of %s/%.10q has %d bytes", id.app, id.id, len(key))
		}
		if key != store.EventKey(id.app, id.id) {
			t.Errorf("the key of %s/%.10q changes", id.app, id.id)
		}
	}
	// Documented for consumers that want to look a record up.
	if got := store.EventKey("cli_a", "f7984f25"); got != "evt#cli_a#f7984f25" {
		t.Errorf("got %q, want evt#cli_a#f7984f25", got)
	}
	for length, hashed := range map[int]bool{512: false, 513: true} {
		if got := store.EventKey("cli_a", strings.Repeat("x", length)); strings.Contains(got, "xxx") == hashed {
			t.Errorf("id of %d characters: got the key %q, want it hashed: %v", length, got, hashed)
		}
	}
}

func TestLongKeysWork(t *testing.T) {
	onBoth(t, func(t *testing.T, s implementation, _ *clock) {
		key := store.EventKey("cli_a", strings.Repeat("é", 2000))
		if got, _, err := s.Claim(t.Context(), key, "a", store.ClaimLease, ttl); err != nil || got != store.Acquired {
			t.Errorf("got %s, %v, want %s", got, err, store.Acquired)
		}
	})
}

func TestStateNames(t *testing.T) {
	for state, want := range map[store.State]string{store.Acquired: "acquired", store.Completed: "completed", store.InProgress: "in progress"} {
		if state.String() != want {
			t.Errorf("got %q, want %q", state, want)
		}
	}
}
