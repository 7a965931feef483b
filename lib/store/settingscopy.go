package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/internal/wait"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Instances share the settings that they read, because SSM answers 40 reads a
// second of an account, and hundreds of instances can start at once. The copy is
// kept as a token is: every instance reads it, and one that holds the lease
// replaces it.

const (
	// copyLife is how long a copy is used while the source fails.
	copyLife = 2 * settingsLife
	// copyLease is how long one instance may take to read the source.
	copyLease = 2 * time.Second
	// copyTimeout is the most that a call of the table may take: a table that
	// hangs must leave the time to read the source.
	copyTimeout = 400 * time.Millisecond
	// copyPause is how long the settings of a copy are used that another instance
	// is replacing.
	copyPause = time.Second
)

// settingsCopy is an app's document as an instance has read it. The document is
// empty when there was none.
type settingsCopy struct {
	doc  string
	read time.Time
}

// fetchShared returns the document of an app from the copy, and replaces the copy
// when it is older than 5 minutes, or than 5 s if forced. Without a copy it waits
// for the source until ctx ends. A table that fails costs a read of the source, no
// more.
func (s *Settings) fetchShared(ctx context.Context, name string, forced bool) (string, time.Time, error) {
	key := "settings/" + name // of tok#settings/…, which every role may use
	life := settingsLife
	if forced {
		life = refreshPause
	}
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		c, leased, err := s.lookUp(ctx, key, life)
		switch {
		case err != nil:
			return s.fetchOwn(ctx, name)
		case c.age(s.now()) < c.life(life):
			return c.result()
		}
		old := c.doc != "" && c.age(s.now()) < copyLife
		if leased {
			doc, err := s.replace(ctx, key, name, old)
			if err == nil || errors.Is(err, ErrUnknownApp) || !old {
				return doc, s.now().Add(settingsLife), err
			}
		}
		if old {
			return c.doc, s.now().Add(copyPause), nil
		}
		if err := wait.Sleep(ctx, wait.Jitter(pause, 1)); err != nil {
			return "", time.Time{}, fmt.Errorf("waiting for another instance that reads them: %w", err)
		}
	}
}

// lookUp returns the copy and, if it is older than it may be, reports whether the
// caller has the lease to replace it.
func (s *Settings) lookUp(ctx context.Context, key string, life time.Duration) (c settingsCopy, leased bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, copyTimeout)
	defer cancel()
	current, err := s.copies.Token(ctx, key)
	if err != nil {
		return c, false, err
	}
	if c = decodeCopy(current); c.age(s.now()) < c.life(life) {
		return c, false, nil
	}
	leased, _, err = s.copies.Lease(ctx, key, current.Value, copyLease)
	return c, leased, err
}

// replace reads the source and makes what it has the copy. The caller has the
// lease. When there is no old copy, it tries again until ctx ends: others wait for
// it, and SSM may throttle.
func (s *Settings) replace(ctx context.Context, key, name string, old bool) (string, error) {
	read := s.now()
	doc, err := s.readSource(ctx, name)
	for !old && err != nil && !errors.Is(err, ErrUnknownApp) && wait.Sleep(ctx, wait.Jitter(100*time.Millisecond, 1)) == nil {
		read = s.now()
		doc, err = s.readSource(ctx, name)
	}
	fresh := settingsCopy{doc, read}.encode()
	if err != nil && !errors.Is(err, ErrUnknownApp) {
		fresh = lark.Token{} // which ends the lease alone
	}
	// The lease must end even when the caller's time has. A table that fails here
	// costs another read of the source.
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), copyTimeout)
	defer cancel()
	_ = s.copies.Settle(settling, key, fresh)
	return doc, err
}

// encode returns the copy as a token, which begins with the time of the read: so
// no two copies are the same.
func (c settingsCopy) encode() lark.Token {
	return lark.Token{Value: lark.Secret(strconv.FormatInt(c.read.UnixMilli(), 10) + " " + c.doc), Expires: c.read.Add(copyLife)}
}

// decodeCopy returns the copy in a token, the zero copy when there is none.
func decodeCopy(t lark.Token) settingsCopy {
	ms, doc, ok := strings.Cut(t.Value.Reveal(), " ")
	n, err := strconv.ParseInt(ms, 10, 64)
	if !ok || err != nil {
		return settingsCopy{}
	}
	return settingsCopy{doc, time.UnixMilli(n)}
}

func (c settingsCopy) age(now time.Time) time.Duration { return now.Sub(c.read) }

// life returns how old the copy may be. That there is no such app is known for 5 s
// only, so that a new app is found soon.
func (c settingsCopy) life(life time.Duration) time.Duration {
	if c.doc == "" {
		return refreshPause
	}
	return life
}

// result returns what the copy says.
func (c settingsCopy) result() (string, time.Time, error) {
	if c.doc == "" {
		return "", time.Time{}, ErrUnknownApp
	}
	return c.doc, c.read.Add(settingsLife), nil
}
