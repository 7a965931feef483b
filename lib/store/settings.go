package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/internal/wait"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// ErrUnknownApp is the error for a name under which there are no settings.
var ErrUnknownApp = errors.New("no such app")

// Times of the settings' cache.
const (
	settingsLife = 5 * time.Minute        // the age up to which settings are used while the source answers
	refreshPause = 5 * time.Second        // the least time between two reads of an app's settings
	firstPause   = 500 * time.Millisecond // the same before the first read that succeeds
)

// maxMisses is how many reads in refreshPause may find no app. After that, names
// of which nothing is known are unknown without a read: anybody can ask for any
// name.
const maxMisses = 5

// Source reads the settings of one app.
type Source interface {
	// Setting returns the document of the named app. The error is
	// [ErrUnknownApp] when there is none.
	Setting(ctx context.Context, name string) (string, error)
	// Where returns the name of the place of an app's settings, for errors.
	Where(name string) string
}

// Documents is a [Source] in memory, for tests. It has the documents by the name of the
// app.
type Documents map[string]string

// Setting returns the document of the named app.
func (d Documents) Setting(_ context.Context, name string) (string, error) {
	doc, ok := d[name]
	if !ok {
		return "", ErrUnknownApp
	}
	return doc, nil
}

// All returns all documents, as [SSM.All] does.
func (d Documents) All(context.Context) (map[string]string, error) { return d, nil }

// Where names the app.
func (d Documents) Where(name string) string { return "settings of " + name }

// Fixed are apps by their names whose settings do not change.
type Fixed map[string]*App

// App returns the named app. The error is [ErrUnknownApp] when there is none.
func (f Fixed) App(_ context.Context, name string) (*App, error) {
	app, ok := f[name]
	if !ok {
		return nil, fmt.Errorf("settings of %s: %w", name, ErrUnknownApp)
	}
	return app, nil
}

// Refresh reads nothing and returns false.
func (Fixed) Refresh(context.Context, string) bool { return false }

// Settings finds apps by their names. It reads the settings of an app when they
// are asked for and keeps them for 5 minutes. While the source fails it keeps
// what it has.
type Settings struct {
	source Source
	copies lark.TokenStore // where instances share what they read, nil for nowhere
	now    func() time.Time

	mu     sync.Mutex
	apps   map[string]*cached
	misses int       // reads that have found no app, since missed
	missed time.Time // when misses began to count
}

// cached is what is known of one app.
type cached struct {
	lock  chan struct{} // has a value while a goroutine uses the fields below
	doc   string
	app   *App      // nil while nothing is known, or when the document is wrong
	err   error     // what is wrong with the document, or why it could not be read
	stale time.Time // when the settings are to be read again; zero while nothing is known
	pause time.Time // before which they are not read
}

// NewSettings returns a cache of the settings in the source. Instances that have the same
// copies read each app's settings about once in 5 minutes all together; nil
// copies are for an instance that reads for itself. It does not read them yet.
func NewSettings(source Source, copies lark.TokenStore, now func() time.Time) *Settings {
	return &Settings{source: source, copies: copies, now: now, apps: map[string]*cached{}}
}

// App returns the named app. The error is [ErrUnknownApp] when there is none;
// any other says what is wrong with its settings, or that they cannot be read.
func (s *Settings) App(ctx context.Context, name string) (*App, error) {
	c, err := s.acquire(ctx, name)
	if err != nil {
		return nil, err
	}
	defer c.release()
	if !s.now().Before(c.stale) {
		s.read(ctx, name, c, false)
	}
	return c.app, c.err
}

// Refresh reads the settings of an app again at once, unless that was done
// within the last 5 s, and reports whether it did. It is for a caller that has a
// reason to think that they have changed.
func (s *Settings) Refresh(ctx context.Context, name string) bool {
	c, err := s.acquire(ctx, name)
	if err != nil {
		return false
	}
	defer c.release()
	return s.read(ctx, name, c, true)
}

// acquire returns what is known of an app when nobody else reads its settings, or
// an error when ctx ends before.
func (s *Settings) acquire(ctx context.Context, name string) (*cached, error) {
	s.mu.Lock()
	c, ok := s.apps[name]
	if !ok {
		c = &cached{lock: make(chan struct{}, 1)}
		s.apps[name] = c
	}
	s.mu.Unlock()
	select {
	case c.lock <- struct{}{}:
		return c, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the settings that are being read: %w", ctx.Err())
	}
}

func (c *cached) release() { <-c.lock }

// read reads the settings of an app, and reports whether it did.
func (s *Settings) read(ctx context.Context, name string, c *cached, forced bool) bool {
	now := s.now()
	if now.Before(c.pause) {
		return false
	}
	c.pause = now.Add(refreshPause)
	if c.stale.IsZero() {
		c.pause = now.Add(firstPause)
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout(ctx, c.stale.IsZero()))
	defer cancel()
	doc, stale, err := s.fetch(ctx, name, forced)
	switch {
	case errors.Is(err, ErrUnknownApp):
		c.app, c.err, c.stale = nil, fmt.Errorf("%s: %w", s.source.Where(name), ErrUnknownApp), time.Time{}
		s.forget(name)
		return false
	case err != nil:
		if c.stale.IsZero() {
			c.err = fmt.Errorf("reading the settings: %w", err)
		}
		return false
	}
	if c.stale.IsZero() || doc != c.doc { // else the app stays the same one
		c.doc = doc
		if c.app, c.err = ParseApp(name, []byte(doc)); c.err != nil {
			c.err = fmt.Errorf("%s: %w", s.source.Where(name), c.err)
		}
	}
	c.stale, c.pause = stale, now.Add(refreshPause)
	return true
}

// forget removes what is known of an app that there is not: the names that
// somebody tries must not fill the memory.
func (s *Settings) forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.apps, name)
}

// fetch returns the document of an app and when it is to be read again.
func (s *Settings) fetch(ctx context.Context, name string, forced bool) (string, time.Time, error) {
	if s.copies != nil {
		return s.fetchShared(ctx, name, forced)
	}
	return s.fetchOwn(ctx, name)
}

// fetchOwn reads the source. Instances that started together read again at
// different times.
func (s *Settings) fetchOwn(ctx context.Context, name string) (string, time.Time, error) {
	stale := s.now().Add(wait.Jitter(settingsLife*4/5, 0.25))
	doc, err := s.readSource(ctx, name)
	return doc, stale, err
}

// readSource reads the source, unless too many reads have found no app.
func (s *Settings) readSource(ctx context.Context, name string) (string, error) {
	if s.missing(0) >= maxMisses {
		return "", ErrUnknownApp
	}
	doc, err := s.source.Setting(ctx, name)
	if errors.Is(err, ErrUnknownApp) {
		s.missing(1)
	}
	return doc, err
}

// missing adds to the reads that have found no app and returns how many there
// were in refreshPause.
func (s *Settings) missing(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); !now.Before(s.missed.Add(refreshPause)) {
		s.misses, s.missed = 0, now
	}
	s.misses += n
	return s.misses
}

// readTimeout returns the most that a read may take: 1 s of the 2.5 s that a
// request has, and the same share of another deadline. What remains is enough to
// go on with the settings that are there. Where there are none, a request can do
// nothing without them, and the read may take twice as long.
func readTimeout(ctx context.Context, first bool) time.Duration {
	share := time.Duration(2)
	if first {
		share = 4
	}
	end, ok := ctx.Deadline()
	if !ok {
		return share * time.Second / 2
	}
	return min(time.Until(end)*share/5, 5*time.Second)
}
