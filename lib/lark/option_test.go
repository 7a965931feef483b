package lark_test

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// throttledTimes is a platform that throttles the first n calls.
func throttledTimes(n int, header http.Header, times *[]time.Time) wireFunc {
	return func(r *http.Request) (*http.Response, error) {
		*times = append(*times, time.Now())
		if len(*times) > n {
			return respond(200, nil, `{"code":0,"data":7}`)(r)
		}
		return respond(429, header, `{"code":99991400,"msg":"m"}`)(r)
	}
}

// A throttled call is repeated as often as it may be, after the pause that Lark
// asks for or one that doubles up to 15 s, and up to half of it more. Time is the
// bubble's.
func TestWithRetries(t *testing.T) {
	const second = time.Second
	for _, tt := range []struct {
		name    string
		retries int
		times   int // that the call is throttled
		reset   string
		timeout time.Duration
		pauses  []time.Duration // at least; half of it more at most
		fails   bool
	}{
		{"not by default", 0, 1, "", 0, nil, true},
		{"doubling", 7, 7, "", 5 * time.Minute, []time.Duration{second / 2, second, 2 * second, 4 * second, 8 * second, 15 * second, 15 * second}, false},
		{"as Lark asks", 2, 2, "7", 0, []time.Duration{7 * second, 7 * second}, false},
		{"not more often", 2, 3, "", 0, []time.Duration{second / 2, second}, true},
		{"not longer than the call may take", 5, 1, "3", 2 * second, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var times []time.Time
				c := lark.NewClient(&lark.App{BaseURL: platformURL}, lark.WithRetries(tt.retries),
					lark.WithHTTPClient(throttledTimes(tt.times, http.Header{"X-Ogw-Ratelimit-Reset": {tt.reset}}, &times)))
				_, err := c.Do(t.Context(), lark.Call{Path: "x", Timeout: tt.timeout, Tokens: []lark.TokenType{lark.NoToken}})
				if (err != nil) != tt.fails || tt.fails && failure(t, err).Kind != lark.KindThrottled {
					t.Errorf("got %v, want it throttled: %v", err, tt.fails)
				}
				if len(times) != len(tt.pauses)+1 {
					t.Fatalf("got %d calls, want %d", len(times), len(tt.pauses)+1)
				}
				for i, want := range tt.pauses {
					if got := times[i+1].Sub(times[i]); got < want || got >= want+want/2 {
						t.Errorf("got the pause %v before call %d, want %v to %v", got, i+2, want, want+want/2)
					}
				}
			})
		})
	}
	t.Run("another failure is not repeated", func(t *testing.T) {
		calls := 0
		c := lark.NewClient(&lark.App{BaseURL: platformURL}, lark.WithRetries(3), lark.WithHTTPClient(wireFunc(func(r *http.Request) (*http.Response, error) {
			calls++
			return respond(500, nil, `{"code":2200,"msg":"m"}`)(r)
		})))
		_, err := c.Do(t.Context(), lark.Call{Path: "x", Tokens: []lark.TokenType{lark.NoToken}})
		if failure(t, err).Kind != lark.KindServer || calls != 1 {
			t.Errorf("got %v after %d calls, want a server error after 1", err, calls)
		}
	})
}

// What the client does by itself is in the log, each at its level, and no secret is.
func TestWithLogger(t *testing.T) {
	for level, want := range map[slog.Level][]string{
		slog.LevelDebug: {
			"DEBUG token fetched", "WARN the token store failed", "DEBUG token refreshed", // the custom app
			"DEBUG app_ticket asked for", "DEBUG token fetched", "DEBUG token fetched", "DEBUG throttled", // the marketplace app
		},
		slog.LevelInfo:  {"WARN the token store failed"},
		slog.LevelError: nil,
	} {
		t.Run(level.String(), func(t *testing.T) {
			var log strings.Builder
			logger := lark.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level})))
			p := newPlatform(t)
			custom := lark.NewClient(p.app(customID), lark.WithHTTPClient(p.http), lark.WithClock(p.clock.now), logger,
				lark.WithTokenStore(failingStore{Memory: p.store, settle: errors.New("table down")}))
			p.works(custom, "")
			p.RevokeTokens(customID)
			custom = lark.NewClient(p.app(customID), lark.WithHTTPClient(p.http), lark.WithClock(p.clock.now), logger, lark.WithTokenStore(p.store))
			p.giveToken("t-revoked")
			p.works(custom, "")

			market := lark.NewClient(p.app(marketID), lark.WithHTTPClient(p.http), lark.WithClock(p.clock.now), logger, lark.WithTokenStore(p.store))
			if err := p.call(market, "tk_1"); err == nil {
				t.Error("got no error, want one for the missing app_ticket")
			}
			p.putTicket(p.IssueTicket(marketID))
			p.clock.add(time.Minute)
			throttle := verbatim(`{"code":99991400,"msg":"m"}`)
			throttle.Match = func(r *http.Request) bool { return r.URL.Path == "/open-apis/im/v1/chats" }
			p.Fail(throttle)
			if err := p.call(market, "tk_1"); failure(t, err).Kind != lark.KindThrottled {
				t.Errorf("got %v, want it throttled", err)
			}

			var got []string
			for line := range strings.Lines(log.String()) {
				_, rest, _ := strings.Cut(line, "level=")
				level, rest, _ := strings.Cut(rest, " msg=")
				message, _, _ := strings.Cut(rest, " app_id=")
				got = append(got, level+" "+strings.Trim(message, `"`))
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			if found := secrets.FindString(log.String()); found != "" {
				t.Errorf("the secret %q is in the log:\n%s", found, &log)
			}
		})
	}
}

// giveToken stores a token of the custom app that the platform does not know.
func (p *platform) giveToken(value lark.Secret) {
	p.t.Helper()
	key := lark.TokenKey(p.client(), "tenant_access_token", "")
	if err := p.store.Settle(p.t.Context(), key, lark.Token{Value: value, Expires: p.clock.now().Add(time.Hour)}); err != nil {
		p.t.Fatal(err)
	}
}

// Each error of the token store reaches the hook, and the call goes on.
func TestWithStoreErrorHook(t *testing.T) {
	down := errors.New("table down")
	for name, tt := range map[string]struct {
		store failingStore
		want  int
	}{
		"works":    {failingStore{}, 0},
		"reading":  {failingStore{token: down}, 1},
		"leasing":  {failingStore{lease: down}, 1},
		"settling": {failingStore{settle: down}, 1},
	} {
		p := newPlatform(t)
		tt.store.Memory = p.store
		var got []error
		c := lark.NewClient(p.app(customID), lark.WithHTTPClient(p.http), lark.WithTokenStore(tt.store), lark.WithClock(p.clock.now),
			lark.WithStoreErrorHook(func(err error) { got = append(got, err) }))
		p.works(c, "")
		if len(got) != tt.want || tt.want > 0 && !errors.Is(got[0], down) {
			t.Errorf("%s: got the errors %v, want %d of %v", name, got, tt.want, down)
		}
	}
}
