package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/store"
)

// The design of the deliveries is: claim, publish, complete; never release. This
// test carries it out on the real store in every order in which the steps of
// two and three deliveries of one event can come, with at most one each of:
//
//   - a delivery that dies (crash),
//   - a lease that ends, under a live owner too (expire),
//   - a publish that fails (fail),
//   - a completion that fails (miss).
//
// It asserts that nothing is lost, since Lark never comes again after a 200,
// and that there are no more copies than faults that excuse them.
func TestModel(t *testing.T) {
	for _, tt := range []struct {
		deliveries int
		leaves     int // how many runs there are; another number says that the test has changed
	}{{2, 1_712}, {3, 66_498}} {
		t.Run(fmt.Sprint(tt.deliveries, " deliveries"), func(t *testing.T) {
			leaves := 0
			explore(t, tt.deliveries, nil, &leaves)
			if leaves != tt.leaves {
				t.Errorf("%d runs, want %d", leaves, tt.leaves)
			}
		})
	}
}

// event is what happens next in a run: to a delivery, or to the lease.
type event struct {
	kind     string // step, crash, fail, miss or expire
	delivery int
}

// explore runs each continuation of the history.
func explore(t *testing.T, deliveries int, history []event, leaves *int) {
	w := replay(t, deliveries, history)
	next := w.possible()
	for _, e := range next {
		explore(t, deliveries, append(slices.Clip(history), e), leaves)
	}
	if len(next) == 0 {
		*leaves++
		w.checkEnd()
	}
}

// stage is how far a delivery has come.
type stage int

const (
	claiming stage = iota
	publishing
	completing
	answering
	over
)

// fixture is a store, a bus, which only counts, and the deliveries of one event.
type fixture struct {
	t         *testing.T
	history   []event
	store     *store.Memory
	clock     *clock
	stages    []stage
	published int
	faults    map[string]int
}

// replay makes the fixture that a history leads to. The store cannot be copied,
// so each history begins anew.
func replay(t *testing.T, deliveries int, history []event) *fixture {
	c := newClock()
	w := &fixture{t: t, history: history, store: store.NewMemory(c.now), clock: c,
		stages: make([]stage, deliveries), faults: map[string]int{}}
	for _, e := range history {
		w.apply(e)
	}
	return w
}

// possible lists what can happen now. A run is over when no delivery is left.
func (w *fixture) possible() []event {
	var events []event
	add := func(kind string, delivery int) {
		if kind == "step" || w.faults[kind] == 0 {
			events = append(events, event{kind, delivery})
		}
	}
	for i, s := range w.stages {
		if s == over {
			continue
		}
		add("step", i)
		add("crash", i)
		if s == publishing {
			add("fail", i)
		}
		if s == completing {
			add("miss", i)
		}
	}
	if len(events) > 0 {
		add("expire", 0)
	}
	return events
}

func (w *fixture) apply(e event) {
	if e.kind != "step" {
		w.faults[e.kind]++
	}
	switch e.kind {
	case "step":
		w.step(e.delivery)
	case "crash", "fail": // no answer, or 503: Lark comes again
		w.stages[e.delivery] = over
	case "miss": // counted, and still a 200
		w.stages[e.delivery] = answering
	case "expire":
		w.clock.add(store.ClaimLease + time.Millisecond)
	}
}

// step is what the gateway does.
func (w *fixture) step(delivery int) {
	ctx := context.Background()
	switch w.stages[delivery] {
	case claiming:
		state, _, err := w.store.Claim(ctx, "event", fmt.Sprint(delivery), store.ClaimLease, ttl)
		if err != nil {
			w.t.Fatal(err)
		}
		w.stages[delivery] = map[store.State]stage{
			store.Acquired: publishing, store.Completed: answering, store.InProgress: over, // 503
		}[state]
	case publishing:
		w.published++
		w.stages[delivery] = completing
	case completing:
		if err := w.store.Complete(ctx, "event", nil, ttl); err != nil {
			w.t.Fatal(err)
		}
		w.stages[delivery] = answering
	case answering: // 200
		if w.published == 0 {
			w.t.Fatalf("delivery %d is answered 200, but the event is not on the bus: %v", delivery, w.history)
		}
		w.stages[delivery] = over
	}
}

func (w *fixture) checkEnd() {
	excused := w.faults["crash"] + w.faults["expire"] + w.faults["miss"]
	if w.published > 1+excused {
		w.t.Fatalf("published %d times with %d faults: %v", w.published, excused, w.history)
	}
	// Whatever happened, one more delivery after the lease gets it done.
	w.clock.add(store.ClaimLease + time.Millisecond)
	w.stages = append(w.stages, claiming)
	last := len(w.stages) - 1
	for w.stages[last] != over {
		w.step(last)
	}
	if w.published == 0 {
		w.t.Fatalf("the event is lost: %v", w.history)
	}
}
