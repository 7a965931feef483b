package lark

import (
	"log/slog"
	"net/http"
	"time"
)

// Option sets one property of a new [Client].
type Option func(*Client)

// WithHTTPClient makes the HTTP requests of the client with doer. The default is an
// [http.Client] that follows no redirects, because a request can hold a secret.
func WithHTTPClient(doer HTTPDoer) Option { return func(c *Client) { c.http = doer } }

// WithTokenStore keeps access tokens in a store that several processes can share.
// The default is a [MemoryTokens] of the client's own.
func WithTokenStore(tokens TokenStore) Option { return func(c *Client) { c.tokens = tokens } }

// WithClock sets the clock of the client. The default is [time.Now].
func WithClock(now func() time.Time) Option { return func(c *Client) { c.now = now } }

// WithLogger logs what the client does by itself: tokens fetched and refreshed,
// app_tickets asked for and calls throttled, at level DEBUG, and a token store
// that fails, at WARN. No line holds a secret. By default nothing is logged.
func WithLogger(log *slog.Logger) Option { return func(c *Client) { c.log = log } }

// WithRetries repeats a call that Lark throttles up to n times, after the pause
// that Lark asks for or else a growing one, as long as the call's time-out allows.
// The default is 0.
func WithRetries(n int) Option { return func(c *Client) { c.retries = n } }

// WithStoreErrorHook calls hook with each error of the token store, so that it can
// be counted. The call itself goes on: it fetches a token from Lark.
func WithStoreErrorHook(hook func(error)) Option { return func(c *Client) { c.onStoreError = hook } }

// NewClient returns a client of the open platform for one app. It does no I/O.
func NewClient(app *App, options ...Option) *Client {
	c := &Client{
		app: app, http: defaultHTTP, now: time.Now, log: slog.New(slog.DiscardHandler),
		onStoreError: func(error) {}, refreshing: make(chan struct{}, 1),
	}
	for _, set := range options {
		set(c)
	}
	if c.tokens == nil {
		c.tokens = NewMemoryTokens(c.now)
	}
	c.known = NewMemoryTokens(c.now)
	return c
}

// defaultHTTP has no time-out of its own, because each call has one.
var defaultHTTP = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}
