package operate

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Window is a time to replay.
type Window struct{ From, To time.Time }

// archiveLag is how long an event may take into an archive
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html).
const archiveLag = 10 * time.Minute

// ParseWindow reads since and until, each a time in RFC 3339 or a duration
// back from now ("2h", "3d"); "" for until is now.
//
// Now is the last full ten minutes: what is younger may not be in the archive
// yet, and the same command a minute later means the same window.
func ParseWindow(since, until string, now time.Time) (Window, error) {
	now = now.UTC().Truncate(archiveLag)
	from, err := parsePoint(since, now)
	if err != nil {
		return Window{}, fmt.Errorf("--since: %w", err)
	}
	to := now
	if until != "" {
		if to, err = parsePoint(until, now); err != nil {
			return Window{}, fmt.Errorf("--until: %w", err)
		}
	}
	switch {
	case !from.Before(to):
		return Window{}, fmt.Errorf("there is nothing between %s and %s", from.Format(time.RFC3339), to.Format(time.RFC3339))
	case to.After(now):
		return Window{}, fmt.Errorf("--until must be no later than %s: what is younger may not be in the archive yet", now.Format(time.RFC3339))
	}
	return Window{from, to}, nil
}

func parsePoint(text string, now time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC().Truncate(time.Second), nil
	}
	span := text
	days := 0
	if before, after, ok := strings.Cut(text, "d"); ok {
		if _, err := fmt.Sscanf(before+"\n", "%d\n", &days); err != nil || days < 0 {
			return time.Time{}, errPoint
		}
		span = after
	}
	back := time.Duration(days) * 24 * time.Hour
	if span != "" || text == "" {
		d, err := time.ParseDuration(span)
		if err != nil || d < 0 {
			return time.Time{}, errPoint
		}
		back += d
	}
	return now.Add(-back), nil
}

var errPoint = errors.New("want a time such as 2026-01-31T09:00:00Z, or how long ago, such as 2h or 3d")
