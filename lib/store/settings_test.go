package store_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/store"
)

const document = `{"app_id":"cli_a","app_secret":"secret-text"}`

// source is a [store.Source] that counts its reads and fails on demand.
type source struct {
	store.Documents
	err error

	mu     sync.Mutex
	reads  int
	budget time.Duration // what the last read had
}

func (s *source) Setting(ctx context.Context, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	if end, ok := ctx.Deadline(); ok {
		s.budget = time.Until(end)
	}
	if s.err != nil {
		return "", s.err
	}
	return s.Documents.Setting(ctx, name)
}

// take returns the reads since it was last called.
func (s *source) take() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.reads
	s.reads = 0
	return n
}

// cache is a cache of settings with what a test turns.
type cache struct {
	*store.Settings
	t      *testing.T
	source *source
	clock  *clock
}

func newCache(t *testing.T, docs store.Documents) *cache {
	c := &cache{t: t, source: &source{Documents: docs}, clock: newClock()}
	c.Settings = store.NewSettings(c.source, nil, c.clock.now)
	return c
}

// want checks the app id found under a name, and how many reads that took.
func (c *cache) want(name, appID string, reads int) {
	c.t.Helper()
	app, err := c.App(c.t.Context(), name)
	if err != nil || app.AppID != appID || app.Name != name {
		c.t.Errorf("app %s: got %+v, %v; want %s", name, app, err, appID)
	}
	c.wantReads(reads)
}

func (c *cache) wantReads(reads int) {
	c.t.Helper()
	if got := c.source.take(); got != reads {
		c.t.Errorf("%d reads, want %d", got, reads)
	}
}

func (c *cache) wantUnknown(name string, reads int) {
	c.t.Helper()
	if app, err := c.App(c.t.Context(), name); !errors.Is(err, store.ErrUnknownApp) || app != nil {
		c.t.Errorf("app %s: got %+v, %v; want that it is unknown", name, app, err)
	}
	c.wantReads(reads)
}

func TestSettingsAreCached(t *testing.T) {
	c := newCache(t, store.Documents{"default": document, "b": strings.Replace(document, "cli_a", "cli_b", 1)})
	c.wantReads(0) // nothing before the first call
	c.want("default", "cli_a", 1)
	c.want("b", "cli_b", 1) // each app by itself
	c.want("b", "cli_b", 0)
	c.clock.add(4*time.Minute - time.Millisecond)
	c.source.Documents = store.Documents{"default": strings.Replace(document, "cli_a", "cli_new", 1)}
	c.want("default", "cli_a", 0)
	c.clock.add(time.Minute + time.Millisecond)
	c.want("default", "cli_new", 1)
	c.wantUnknown("b", 1) // removed
}

// The life of the cache is from 4 to 5 minutes, and not the same each time:
// instances that started together must not read together for ever.
func TestSettingsJitter(t *testing.T) {
	lives := map[time.Duration]bool{}
	for range 20 {
		c := newCache(t, store.Documents{"default": document})
		c.want("default", "cli_a", 1)
		begin := c.clock.now()
		c.clock.add(4*time.Minute - time.Second)
		for c.source.take() == 0 {
			if _, err := c.App(t.Context(), "default"); err != nil {
				t.Fatal(err)
			}
			c.clock.add(time.Second)
		}
		life := c.clock.now().Sub(begin) - time.Second
		if life < 4*time.Minute-time.Second || life > 5*time.Minute {
			t.Errorf("cached for %v", life)
		}
		lives[life] = true
	}
	if len(lives) < 2 {
		t.Errorf("20 instances all read after %v", lives)
	}
}

func TestSettingsOutliveTheSource(t *testing.T) {
	c := newCache(t, store.Documents{"default": document})
	c.want("default", "cli_a", 1)
	c.source.err = errors.New("down")
	c.clock.add(time.Hour)
	c.want("default", "cli_a", 1) // tried, and went on with what it has
	c.want("default", "cli_a", 0)
	c.clock.add(5 * time.Second)
	c.want("default", "cli_a", 1)
	c.source.err = nil
	c.source.Documents = store.Documents{"default": strings.Replace(document, "cli_a", "cli_new", 1)}
	c.clock.add(5 * time.Second)
	c.want("default", "cli_new", 1)
}

func TestSettingsNeverRead(t *testing.T) {
	c := newCache(t, store.Documents{"default": document})
	down := errors.New("down")
	c.source.err = down
	for reads := 1; reads >= 0; reads-- {
		app, err := c.App(t.Context(), "default")
		// Not ErrUnknownApp: that would be a 404, and Lark would not come again.
		if !errors.Is(err, down) || errors.Is(err, store.ErrUnknownApp) || app != nil {
			t.Errorf("got %+v, %v; want why the settings cannot be read", app, err)
		}
		c.wantReads(reads)
	}
	c.source.err = nil
	c.clock.add(5 * time.Second)
	c.want("default", "cli_a", 1)
}

// A source that hangs takes 1 s of the 2.5 s of a request, the same share of
// another deadline, and never more than 5 s; twice that while nothing is known.
func TestSettingsReadTimeout(t *testing.T) {
	for _, tt := range []struct{ left, first, second time.Duration }{
		{0, 2 * time.Second, time.Second}, // no deadline
		{2500 * time.Millisecond, 2 * time.Second, time.Second},
		{time.Second, 800 * time.Millisecond, 400 * time.Millisecond},
		{time.Minute, 5 * time.Second, 5 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newCache(t, store.Documents{"default": document})
			for _, want := range []time.Duration{tt.first, tt.second} {
				ctx := t.Context()
				if tt.left > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.left)
					defer cancel()
				}
				c.Refresh(ctx, "default")
				if c.source.budget != want {
					t.Errorf("%v left: got %v for a read, want %v", tt.left, c.source.budget, want)
				}
				c.clock.add(5 * time.Second)
			}
		})
	}
}

// Anybody can ask for any name: five reads in 5 s may find nothing. Apps that are
// known are found all the time, and a new one without waiting for the cache to
// end.
func TestUnknownNamesCostFewReads(t *testing.T) {
	c := newCache(t, store.Documents{"default": document})
	c.want("default", "cli_a", 1)
	for i := range 100 {
		c.wantUnknown("x"+strconv.Itoa(i), map[bool]int{true: 1}[i < 5])
		c.want("default", "cli_a", 0)
	}
	c.clock.add(5*time.Second - time.Millisecond)
	c.wantUnknown("x", 0)
	c.source.Documents["x"] = document
	c.clock.add(time.Millisecond)
	c.want("x", "cli_a", 1)
	c.wantUnknown("y", 1)
}

func TestRefresh(t *testing.T) {
	c := newCache(t, store.Documents{"default": document})
	c.Refresh(t.Context(), "default")
	c.wantReads(1)
	c.want("default", "cli_a", 0)
	c.source.Documents = store.Documents{"default": strings.Replace(document, "cli_a", "cli_new", 1)}
	c.clock.add(5*time.Second - time.Millisecond)
	c.Refresh(t.Context(), "default")
	c.wantReads(0)
	c.clock.add(time.Millisecond)
	c.Refresh(t.Context(), "default")
	c.Refresh(t.Context(), "default")
	c.wantReads(1)
	c.want("default", "cli_new", 0)
}

func TestSettingsAreReadOnceByAll(t *testing.T) {
	c := newCache(t, store.Documents{"default": document})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if app, err := c.App(t.Context(), "default"); err != nil || app.AppID != "cli_a" {
				t.Errorf("got %+v, %v, want cli_a", app, err)
			}
			c.Refresh(t.Context(), "default")
		})
	}
	all.Wait()
	c.wantReads(1)
}

func TestInvalidSettings(t *testing.T) {
	for _, tt := range []struct{ name, doc, want string }{
		{"not JSON", `secret-text`, "the settings are not one JSON object"},
		{"a value more", document + `"secret-text"`, "the settings are not one JSON object"},
		{"a wrong type", `{"app_id":"cli_a","app_secret":{"x":"secret-text"}}`, `field "app_secret": want a string`},
		{"an unknown field", `{"app_id":"cli_a","app_secret":"secret-text","encryptkey":"secret-text"}`, `field "encryptkey" is not a setting`},
		{"a missing field", `{"app_id":"secret-text"}`, `field "app_secret" is missing`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCache(t, store.Documents{"default": document, "bad": tt.doc})
			app, err := c.App(t.Context(), "bad")
			if err == nil || app != nil || errors.Is(err, store.ErrUnknownApp) {
				t.Fatalf("got %+v, %v; want an error", app, err)
			}
			if text := err.Error(); !strings.Contains(text, "settings of bad") || !strings.Contains(text, tt.want) ||
				strings.Contains(text, "secret-text") {
				t.Errorf("the error is %q", text)
			}
			c.wantReads(1)
			c.want("default", "cli_a", 1) // no worse for it
		})
	}
}
