package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/larkbridge/larkbridge/internal/wait"
)

// ErrUnknownApp is the error for a name under which there are no settings.
var ErrUnknownApp = errors.New("no such app")

// Times of the settings' cache.
const (
	settingsLife = 5 * time.Minute        // the age up to which settings are used while the source answers
	refreshPause = 5 * time.Second        // the least time between two reads
	firstPause   = 500 * time.Millisecond // the same before the first read that succeeds
)

// Source reads the settings of all apps at once.
type Source interface {
	// Settings returns the documents, by the name of the app.
	Settings(ctx context.Context) (map[string]string, error)
	// Where returns the name of the place of an app's settings, for errors.
	Where(name string) string
}

// Documents is a [Source] in memory, for tests. It has the documents by the name of the
// app.
type Documents map[string]string

// Settings returns the documents.
func (d Documents) Settings(context.Context) (map[string]string, error) { return d, nil }

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
func (Fixed) Refresh(context.Context) bool { return false }

// Settings finds apps by their names. It reads all of them at once and keeps
// them for 4 to 5 minutes, a random time so that instances do not read at the same time.
// While the source fails it keeps what it has. The settings are read at most every 5 s,
// so that requests with unknown names cause few reads.
type Settings struct {
	source Source
	now    func() time.Time

	lock  chan struct{}     // has a value while a goroutine uses the fields below
	apps  map[string]parsed // nil until the first read
	stale time.Time         // when the settings must be read again
	pause time.Time         // before which they are not read
	err   error             // of the last read
}

// parsed is an app, or what is wrong with its settings.
type parsed struct {
	app *App
	err error
}

// NewSettings returns a cache of the settings in the source. It does not read them yet.
func NewSettings(source Source, now func() time.Time) *Settings {
	return &Settings{source: source, now: now, lock: make(chan struct{}, 1)}
}

// App returns the named app. The error is [ErrUnknownApp] when there is none;
// any other says what is wrong with its settings, or that they cannot be read.
func (s *Settings) App(ctx context.Context, name string) (*App, error) {
	if err := s.acquire(ctx); err != nil {
		return nil, err
	}
	defer s.release()
	if _, known := s.apps[name]; !known || !s.now().Before(s.stale) {
		s.read(ctx)
	}
	if s.apps == nil {
		return nil, s.err
	}
	p, ok := s.apps[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", s.source.Where(name), ErrUnknownApp)
	}
	return p.app, p.err
}

// acquire waits until nobody else reads the settings, or ctx ends.
func (s *Settings) acquire(ctx context.Context) error {
	select {
	case s.lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the settings that are being read: %w", ctx.Err())
	}
}

func (s *Settings) release() { <-s.lock }

// Refresh reads the settings again at once, unless that was done within the last
// 5 s, and reports whether it did. It is for a caller for which they may have changed.
func (s *Settings) Refresh(ctx context.Context) bool {
	if s.acquire(ctx) != nil {
		return false
	}
	defer s.release()
	return s.read(ctx)
}

// read reads the settings from the source, and reports whether it did.
func (s *Settings) read(ctx context.Context) bool {
	now := s.now()
	if now.Before(s.pause) {
		return false
	}
	s.pause = now.Add(refreshPause)
	if s.apps == nil {
		s.pause = now.Add(firstPause)
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout(ctx))
	defer cancel()
	docs, err := s.source.Settings(ctx)
	if err != nil {
		s.err = fmt.Errorf("reading the settings: %w", err)
		return false
	}
	apps := make(map[string]parsed, len(docs))
	for name, doc := range docs {
		app, err := ParseApp(name, []byte(doc))
		if err != nil {
			err = fmt.Errorf("%s: %w", s.source.Where(name), err)
		}
		apps[name] = parsed{app, err}
	}
	s.apps, s.err = apps, nil
	s.pause = now.Add(refreshPause)
	s.stale = now.Add(wait.Jitter(settingsLife*4/5, 0.25))
	return true
}

// readTimeout returns how long a read may take: 1 s of the 2.5 s that a request has, and
// the same share of another deadline. The rest is enough to go on with the settings that
// are cached.
func readTimeout(ctx context.Context) time.Duration {
	end, ok := ctx.Deadline()
	if !ok {
		return time.Second
	}
	return min(time.Until(end)*2/5, 5*time.Second)
}
