package inspector

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/larkbridge/larkbridge/internal/local"
)

// Limits of what is kept.
const (
	maxGroups = 1000
	maxSteps  = 200 // of one group
)

// Timeline keeps the steps of the local run, in groups: an event with its entry on the
// bus, its sends and its answers is one group. It is safe for concurrent use.
type Timeline struct {
	mu      sync.Mutex
	version int           // counts the changes
	changed chan struct{} // closed at the next change
	steps   int           // counts the steps
	groups  int           // counts the groups
	order   []*group      // the latest groups, oldest first
	byKey   map[string]*group
}

// NewTimeline returns an empty timeline.
func NewTimeline() *Timeline {
	return &Timeline{changed: make(chan struct{}), byKey: map[string]*group{}}
}

// step is a step with its number.
type step struct {
	local.Step
	ID     int
	search string // what a search looks at, "" until the first
}

// Record returns a function that keeps each step and then passes it to show.
func (t *Timeline) Record(show func(local.Step)) func(local.Step) {
	return func(s local.Step) {
		t.add(s)
		show(s)
	}
}

func (t *Timeline) add(s local.Step) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.version++
	close(t.changed)
	t.changed = make(chan struct{})
	// A click comes as an event, and what users see is in the chat.
	if s.Kind == local.StepClick || s.Group == "" && s.Kind == local.StepCard {
		return
	}
	if s.Kind == local.StepLog {
		s.Group = "log " + s.Subject // what one program prints is one group
	}
	g := t.byKey[s.Group]
	if g == nil || s.Group == "" {
		t.groups++
		g = &group{ID: t.groups, Key: s.Group}
		t.order, t.byKey[s.Group] = append(t.order, g), g
	}
	g.version = t.version
	t.steps++
	g.add(&step{Step: s, ID: t.steps})
	if len(t.order) > maxGroups {
		oldest := t.order[0]
		t.order = slices.Clone(t.order[1:])
		if t.byKey[oldest.Key] == oldest {
			delete(t.byKey, oldest.Key)
		}
	}
}

// wait returns a channel that is closed at the next change.
func (t *Timeline) wait() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.changed
}

// filter says which groups are wanted.
type filter struct {
	text   string // in any of the steps, in any case; "" for all
	show   string // failed, events or sends; "" for all
	latest int    // how many at most
}

// since returns the present version and copies of the groups that have changed after
// a version and that the filter wants, oldest first.
func (t *Timeline) since(version int, f filter) (int, []group) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []group
	for _, g := range slices.Backward(t.order) {
		if g.version > version && len(found) < f.latest && g.matches(f) {
			found = append(found, g.clone())
		}
	}
	slices.Reverse(found)
	return t.version, found
}

// group returns a copy of the group with this number.
func (t *Timeline) group(id int) (group, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, g := range t.order {
		if g.ID == id {
			return g.clone(), true
		}
	}
	return group{}, false
}

// step returns the step with this number.
func (t *Timeline) step(id int) (step, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, g := range slices.Backward(t.order) {
		for _, s := range g.Steps {
			if s.ID == id {
				return *s, true
			}
		}
	}
	return step{}, false
}

// matches reports whether the step contains a text, which is in lower case.
func (s *step) matches(text string) bool {
	if s.search == "" {
		doc, err := json.Marshal(s.Data)
		if err != nil {
			doc = nil // it is shown, but not found
		}
		s.search = strings.ToLower(s.Kind + " " + s.Subject + " " + s.Note + " " + s.Group + " " + string(doc))
	}
	return strings.Contains(s.search, text)
}
