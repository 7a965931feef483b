package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// parameterStore is a [store.Source] as SSM is: each read takes 20 ms, and more
// than 40 a second are throttled, after a burst of 40.
type parameterStore struct {
	docs store.Documents

	mu        sync.Mutex
	down      bool
	reads     map[string]int
	left      float64 // reads that are not throttled
	refilled  time.Time
	throttled int
}

var errThrottled = errors.New("ThrottlingException")

func (p *parameterStore) Where(name string) string { return "parameter " + name }

func (p *parameterStore) Setting(ctx context.Context, name string) (string, error) {
	time.Sleep(20 * time.Millisecond)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = min(40, p.left+40*time.Since(p.refilled).Seconds())
	p.refilled = time.Now()
	if p.left < 1 || p.down {
		p.throttled++
		return "", errThrottled
	}
	p.left--
	p.reads[name]++
	return p.docs.Setting(ctx, name)
}

// mostReads returns how often the app was read that was read most.
func (p *parameterStore) mostReads() (most int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range p.reads {
		most = max(most, n)
	}
	return most
}

// slowTable is a table whose every call takes 5 ms, and that can fail.
type slowTable struct {
	*store.Memory
	down *bool
}

func (s slowTable) wait() error {
	time.Sleep(5 * time.Millisecond)
	if *s.down {
		return errors.New("the table is down")
	}
	return nil
}

func (s slowTable) Token(ctx context.Context, key string) (lark.Token, error) {
	if err := s.wait(); err != nil {
		return lark.Token{}, err
	}
	return s.Memory.Token(ctx, key)
}

func (s slowTable) Lease(ctx context.Context, key string, seen lark.Secret, d time.Duration) (bool, lark.Token, error) {
	if err := s.wait(); err != nil {
		return false, lark.Token{}, err
	}
	return s.Memory.Lease(ctx, key, seen, d)
}

func (s slowTable) Settle(ctx context.Context, key string, fresh lark.Token) error {
	if err := s.wait(); err != nil {
		return err
	}
	return s.Memory.Settle(ctx, key, fresh)
}

// stack is instances that share a table and SSM.
type stack struct {
	ssm   *parameterStore
	table slowTable
}

func newStack(apps int) *stack {
	s := &stack{ssm: &parameterStore{docs: store.Documents{}, reads: map[string]int{}}, table: slowTable{store.NewMemory(time.Now), new(bool)}}
	for i := range apps {
		s.ssm.docs[fmt.Sprintf("app-%d", i)] = strings.Replace(document, "cli_a", fmt.Sprintf("cli_%d", i), 1)
	}
	return s
}

func (s *stack) instance() *store.Settings { return store.NewSettings(s.ssm, s.table, time.Now) }

// find asks an instance for an app within the time of a request.
func find(t *testing.T, settings *store.Settings, name string) error {
	ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
	defer cancel()
	_, err := settings.App(ctx, name)
	return err
}

// A thousand instances start within the 10 s in which Lambda adds that many, on a
// stack with a hundred apps, and go on for an hour: every request finds its app, and
// SSM is read once for an app in 5 minutes.
func TestThousandInstancesShareTheSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const apps = 100
		s := newStack(apps)
		instances := make([]*store.Settings, 1000)
		for i := range instances {
			instances[i] = s.instance()
		}
		for minute := range 60 {
			var all sync.WaitGroup
			for _, settings := range instances {
				all.Go(func() {
					time.Sleep(rand.N(10 * time.Second))
					if err := find(t, settings, fmt.Sprintf("app-%d", rand.N(apps))); err != nil {
						t.Errorf("minute %d: got %v, want the app", minute, err)
					}
				})
			}
			all.Wait()
			time.Sleep(50 * time.Second)
		}
		if got := s.ssm.mostReads(); got > 60/5 {
			t.Errorf("an app was read %d times in an hour, want 12 at most", got)
		}
	})
}

// Two hundred instances that start in one moment read an app once.
func TestInstancesThatStartTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(10)
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				if err := find(t, s.instance(), fmt.Sprintf("app-%d", i%10)); err != nil {
					t.Errorf("got %v, want the app", err)
				}
			})
		}
		all.Wait()
		if got := s.ssm.mostReads(); got != 1 || s.ssm.throttled > 0 {
			t.Errorf("got %d reads of an app and %d refused, want 1 and none", got, s.ssm.throttled)
		}
	})
}

// Instances that start while SSM throttles find what others have read.
func TestThrottledStartHasTheCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(1)
		if err := find(t, s.instance(), "app-0"); err != nil {
			t.Fatal(err)
		}
		s.ssm.down = true
		time.Sleep(9 * time.Minute) // the copy is old, but the best there is
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				if err := find(t, s.instance(), "app-0"); err != nil {
					t.Errorf("got %v, want the app", err)
				}
			})
		}
		all.Wait()
		time.Sleep(2 * time.Minute)
		if err := find(t, s.instance(), "app-0"); !errors.Is(err, errThrottled) {
			t.Errorf("after 11 minutes: got %v, want why the settings cannot be read", err)
		}
	})
}

// A table that fails costs reads, no answer.
func TestSettingsWithoutTheTable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(1)
		*s.table.down = true
		if err := find(t, s.instance(), "app-0"); err != nil || s.ssm.mostReads() != 1 {
			t.Errorf("got %v and %d reads, want the app and one", err, s.ssm.mostReads())
		}
	})
}

// A lease whose holder has died ends after 2 s: who waits for it then reads the
// settings.
func TestSettingsAfterACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(1)
		if leased, _, err := s.table.Lease(t.Context(), "settings/app-0", "", 2*time.Second); err != nil || !leased {
			t.Fatal(leased, err)
		}
		time.Sleep(time.Second)
		if err := find(t, s.instance(), "app-0"); err != nil {
			t.Errorf("got %v, want the app", err)
		}
	})
}

// Whoever has a reason to think that the settings have changed reads SSM, unless
// some instance has done so within 5 s.
func TestForcedRefreshIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(1)
		first, second := s.instance(), s.instance()
		for _, settings := range []*store.Settings{first, second} {
			if err := find(t, settings, "app-0"); err != nil {
				t.Fatal(err)
			}
		}
		s.ssm.docs["app-0"] = strings.Replace(document, "cli_a", "cli_new", 1)
		time.Sleep(6 * time.Second)
		for _, settings := range []*store.Settings{first, second} {
			if !settings.Refresh(t.Context(), "app-0") {
				t.Error("got no refresh, want one")
			}
			if app, err := settings.App(t.Context(), "app-0"); err != nil || app.AppID != "cli_new" {
				t.Errorf("got %+v, %v, want cli_new", app, err)
			}
		}
		if got := s.ssm.mostReads(); got != 2 {
			t.Errorf("got %d reads, want 2: at the start and one refresh for both", got)
		}
	})
}

// That there is no such app is known for 5 s by all, so a stack without a default
// app does not read for each cold start; a new app is found soon.
func TestUnknownAppIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(0)
		for range 50 {
			if err := find(t, s.instance(), "new"); !errors.Is(err, store.ErrUnknownApp) {
				t.Errorf("got %v, want that it is unknown", err)
			}
		}
		if got := s.ssm.mostReads(); got != 1 {
			t.Errorf("got %d reads, want 1", got)
		}
		s.ssm.docs["new"] = document
		time.Sleep(6 * time.Second)
		if err := find(t, s.instance(), "new"); err != nil {
			t.Errorf("got %v, want the new app", err)
		}
	})
}

// The same app is the same value until its settings change.
func TestSameSettingsSameApp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(1)
		settings := s.instance()
		before, err := settings.App(t.Context(), "app-0")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if after, err := settings.App(t.Context(), "app-0"); err != nil || after != before {
			t.Errorf("got another app, %v, want the same one", err)
		}
	})
}
