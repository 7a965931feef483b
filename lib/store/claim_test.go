package store_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/store"
)

const keep = 24 * time.Hour

// step is one operation on a store after some time, and what it finds.
type step struct {
	after time.Duration
	owner string // "" marks, without being an owner of anything
	key   string // "" is "k"
	want  store.State
}

func TestClaim(t *testing.T) {
	const moment = time.Millisecond
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"the first wins", []step{{owner: "a", want: store.Won}}},
		{"the second is held off", []step{{owner: "a"}, {owner: "b", want: store.Held}, {owner: "c", want: store.Held}}},
		{"keys are apart", []step{{owner: "a"}, {owner: "b", key: "other", want: store.Won}}},
		{"the lease holds to its last moment", []step{{owner: "a"}, {after: store.Lease, owner: "b", want: store.Held}}},
		{"the lease lapses", []step{{owner: "a"}, {after: store.Lease + moment, owner: "b", want: store.Won}}},
		{"who takes over has a lease of its own", []step{
			{owner: "a"}, {after: store.Lease + moment, owner: "b"},
			{after: store.Lease, owner: "c", want: store.Held}, {after: moment, owner: "c", want: store.Won},
		}},
		{"to be held off does not prolong the lease", []step{
			{owner: "a"}, {after: store.Lease / 2, owner: "b", want: store.Held},
			{after: store.Lease/2 + moment, owner: "c", want: store.Won},
		}},
		// The answer to a claim was lost and the SDK repeats the call.
		{"an owner wins again", []step{{owner: "a"}, {owner: "a", want: store.Won}, {owner: "b", want: store.Held}}},
		{"an owner that was overtaken is held off", []step{
			{owner: "a"}, {after: store.Lease + moment, owner: "b"}, {owner: "a", want: store.Held},
		}},
		{"done after the mark", []step{{owner: "a"}, {}, {owner: "b", want: store.Done}}},
		{"done for its owner too", []step{{owner: "a"}, {}, {owner: "a", want: store.Done}}},
		{"done when the lease has lapsed", []step{{owner: "a"}, {}, {after: store.Lease + moment, owner: "b", want: store.Done}}},
		{"a mark needs no claim", []step{{}, {owner: "a", want: store.Done}}},
		{"marks can be repeated", []step{{owner: "a"}, {}, {}, {owner: "b", want: store.Done}}},
		// a published, was overtaken, and says so late: that is still true.
		{"a late mark counts", []step{
			{owner: "a"}, {after: store.Lease + moment, owner: "b"}, {}, {owner: "c", want: store.Done},
		}},
		{"done as long as it is kept", []step{{owner: "a"}, {}, {after: keep - time.Second, owner: "b", want: store.Done}}},
		{"won again when it is older", []step{{owner: "a"}, {}, {after: keep + time.Second, owner: "b", want: store.Won}, {owner: "c", want: store.Held}}},
		{"the time counts from the mark", []step{
			{owner: "a"}, {after: 5 * time.Second}, {after: keep - time.Second, owner: "b", want: store.Done},
		}},
		{"a mark after the record ended", []step{
			{owner: "a"}, {}, {after: keep + time.Second, owner: "b"}, {}, {owner: "c", want: store.Done},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onTwins(t, func(t *testing.T, s twin, c *clock) {
				for i, step := range tt.steps {
					c.add(step.after)
					key := step.key
					if key == "" {
						key = "k"
					}
					if step.owner == "" {
						if err := s.Mark(t.Context(), key, keep); err != nil {
							t.Fatal(err)
						}
						continue
					}
					got, err := s.Claim(t.Context(), key, step.owner, keep)
					if err != nil || got != step.want {
						t.Fatalf("step %d: %s, %v; want %s", i, got, err, step.want)
					}
				}
			})
		})
	}
}

func TestClaimHasOneWinner(t *testing.T) {
	onTwins(t, func(t *testing.T, s twin, c *clock) {
		claim := func(owner string) store.State {
			state, err := s.Claim(t.Context(), "k", owner, keep)
			if err != nil {
				t.Error(err)
			}
			return state
		}
		// The first round finds no record, the second one that has lapsed.
		for round := range 2 {
			if got := race(50, claim); got[store.Won] != 1 || got[store.Held] != 49 {
				t.Errorf("round %d: %v, want one winner and 49 held off", round, got)
			}
			c.add(store.Lease + time.Millisecond)
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
		// owner in it, nobody would publish until the lease lapses.
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
			got, err := s.Claim(t.Context(), "k", "a", keep)
			remove()
			if calls := proxy.Calls()["UpdateItem"] - before; tt.fault.Times == 1 && calls != 2 {
				t.Errorf("%d calls, want the one that failed and one more", calls)
			}
			if tt.fails {
				if err == nil || got == store.Won || !strings.Contains(err.Error(), "claiming k") {
					t.Errorf("got %s, %v; want an error that says what failed", got, err)
				}
				return
			}
			if err != nil || got != store.Won {
				t.Fatalf("got %s, %v; want won", got, err)
			}
			if got, err := s.Claim(t.Context(), "k", "b", keep); err != nil || got != store.Held {
				t.Errorf("another gets %s, %v; want held", got, err)
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
		t.Errorf("got %q", got)
	}
	if got := store.EventKey("cli_a", long); strings.Contains(got, "xxx") {
		t.Errorf("a long id is not hashed: %q", got)
	}
}

func TestLongKeysWork(t *testing.T) {
	onTwins(t, func(t *testing.T, s twin, _ *clock) {
		key := store.EventKey("cli_a", strings.Repeat("é", 2000))
		if got, err := s.Claim(t.Context(), key, "a", keep); err != nil || got != store.Won {
			t.Errorf("got %s, %v", got, err)
		}
	})
}

func TestStateNames(t *testing.T) {
	for state, want := range map[store.State]string{store.Won: "won", store.Done: "done", store.Held: "held"} {
		if state.String() != want {
			t.Errorf("got %q, want %q", state, want)
		}
	}
}
