package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// ErrUnknownApp says that there are no settings under an app's name.
var ErrUnknownApp = errors.New("no such app")

// Times of the settings' cache.
const (
	settingsLife = 5 * time.Minute
	settingsRest = 5 * time.Second        // the least time between two reads
	firstRest    = 500 * time.Millisecond // the same until one has succeeded
	settingsWait = time.Second            // the most that a read may take
)

// Source reads the settings of all apps at once: documents by the app's name.
type Source interface {
	Settings(ctx context.Context) (map[string]string, error)
	// Where names the place of an app's settings, for errors.
	Where(name string) string
}

// Settings gives the apps by name. It reads all of them at once and keeps them
// for 5 minutes, less a random part so that instances do not read together.
// While the source fails it goes on with what it has. An unknown name costs no
// read of its own: the apps are read again at most every 5 s.
type Settings struct {
	source Source
	now    func() time.Time

	mu    sync.Mutex
	apps  map[string]entry // nil until the first read
	stale time.Time        // when the apps are to be read again
	rest  time.Time        // no read before
	fault error            // of the last read
}

type entry struct {
	app *App
	err error
}

// NewSettings makes a cache in front of source. It reads nothing yet.
func NewSettings(source Source, now func() time.Time) *Settings {
	return &Settings{source: source, now: now}
}

// App returns the named app. The error is [ErrUnknownApp] when there is none;
// any other says what is wrong with its settings, or that they cannot be read.
func (s *Settings) App(ctx context.Context, name string) (*App, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.apps[name]; !known || !s.now().Before(s.stale) {
		s.read(ctx)
	}
	if s.apps == nil {
		return nil, s.fault
	}
	e, ok := s.apps[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", s.source.Where(name), ErrUnknownApp)
	}
	return e.app, e.err
}

// Refresh reads the settings again at once, unless that was done within the
// last 5 s, and says whether it has. It is for who holds a reason to think that
// they have changed.
func (s *Settings) Refresh(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.read(ctx)
}

// read replaces the apps by what the source has now.
func (s *Settings) read(ctx context.Context) bool {
	now := s.now()
	if now.Before(s.rest) {
		return false
	}
	s.rest = now.Add(settingsRest)
	if s.apps == nil {
		s.rest = now.Add(firstRest)
	}
	ctx, cancel := context.WithTimeout(ctx, settingsWait)
	defer cancel()
	docs, err := s.source.Settings(ctx)
	if err != nil {
		s.fault = fmt.Errorf("reading the settings: %w", err)
		return false
	}
	apps := make(map[string]entry, len(docs))
	for name, doc := range docs {
		app, err := ParseApp(name, []byte(doc))
		if err != nil {
			err = fmt.Errorf("%s: %w", s.source.Where(name), err)
		}
		apps[name] = entry{app, err}
	}
	s.apps, s.fault = apps, nil
	s.rest = now.Add(settingsRest)
	s.stale = now.Add(settingsLife - rand.N(settingsLife/5))
	return true
}
