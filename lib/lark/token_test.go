package lark_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

func TestTokenIsKept(t *testing.T) {
	p := newPlatform(t)
	c := p.client()
	p.works(c, "")
	p.wantTokenCalls(1)
	p.works(c, "")
	p.works(c, "a tenant means nothing to a custom app")
	p.works(p.client(), "") // another instance
	p.wantTokenCalls(0)
}

func TestTokenInParallel(t *testing.T) {
	p := newPlatform(t)
	c := p.client()
	p.together(20, func(int) { p.works(c, "") })
	p.wantTokenCalls(1)
}

// A burst starts a thousand instances at once, and later Lark revokes the
// token that all of them hold.
func TestThousandInstances(t *testing.T) {
	p := newPlatform(t)
	clients := make([]*lark.Client, 1000)
	for i := range clients {
		clients[i] = p.client()
	}
	p.together(len(clients), func(i int) { p.works(clients[i], "") })
	p.wantTokenCalls(1)
	p.RevokeTokens(customID)
	p.together(len(clients), func(i int) { p.works(clients[i], "") })
	p.wantTokenCalls(1)
	p.together(len(clients), func(i int) { p.works(clients[i], "") })
	p.wantTokenCalls(0)
}

func TestTokenRenewal(t *testing.T) {
	p := newPlatform(t)
	first, second := p.client(), p.client()
	p.works(first, "")
	p.works(second, "")
	p.wantTokenCalls(1)
	p.clock.add(90*time.Minute - time.Second) // of two hours
	p.works(first, "")
	p.wantTokenCalls(0)
	p.clock.add(2 * time.Second) // 30 min less a second are left
	p.works(first, "")
	p.wantTokenCalls(1)
	p.works(first, "")
	p.works(second, "")
	p.works(p.client(), "")
	p.wantTokenCalls(0)
	p.clock.add(100 * time.Hour) // frozen over a week-end
	p.together(20, func(int) { p.works(first, "") })
	p.wantTokenCalls(1)
}

// stored is the key and the token of the custom app.
func (p *platform) stored() (key string, token lark.Token) {
	p.t.Helper()
	key = p.url + "#" + customID + "#tenant_access_token#"
	token, err := p.store.Token(p.t.Context(), key)
	if err != nil || token.Value == "" {
		p.t.Fatalf("no token under %s: %v", key, err)
	}
	return key, token
}

// While another instance refreshes, or has died in the attempt, the old token
// serves.
func TestLoserGoesOnWithTheOldToken(t *testing.T) {
	p := newPlatform(t)
	p.works(p.client(), "")
	p.wantTokenCalls(1)
	key, old := p.stored()
	p.clock.add(100 * time.Minute) // 20 are left
	if won, _, err := p.store.Lease(t.Context(), key, old.Value, 8*time.Second); !won || err != nil {
		t.Fatal(won, err)
	}
	c := p.client()
	p.works(c, "")
	p.wantTokenCalls(0)
	p.clock.add(8*time.Second + time.Millisecond) // the lease has lapsed
	p.works(c, "")
	p.wantTokenCalls(1)
}

// watched is a store whose leases a test can watch.
type watched struct {
	*store.Memory
	lease func(n int) // before the n-th
	n     int
}

func (w *watched) Lease(ctx context.Context, key string, seen lark.Secret, d time.Duration) (bool, lark.Token, error) {
	w.n++
	w.lease(w.n)
	return w.Memory.Lease(ctx, key, seen, d)
}

// Without a token that serves, a loser waits: for the fresh one, for the lease
// to lapse, or until its own time is over.
func TestLoserWaits(t *testing.T) {
	const lease = 8 * time.Second
	for _, tt := range []struct {
		name  string
		event func(p *platform, key string, cancel func()) // before the third attempt
		calls int
		fails bool
	}{
		{"for the fresh token", func(p *platform, key string, _ func()) {
			// As the holder of the lease does it, in another instance.
			other := &platform{Platform: p.Platform, t: p.t, clock: p.clock, store: store.NewMemory(p.clock.now), url: p.url, http: p.http}
			other.works(other.client(), "")
			_, fresh := other.stored()
			if err := p.store.Settle(p.t.Context(), key, fresh); err != nil {
				p.t.Error(err)
			}
		}, 1, false},
		{"for the lease", func(p *platform, _ string, _ func()) { p.clock.add(lease + time.Millisecond) }, 1, false},
		{"until its time is over", func(_ *platform, _ string, cancel func()) { cancel() }, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlatform(t)
			key := p.url + "#" + customID + "#tenant_access_token#"
			if won, _, err := p.store.Lease(t.Context(), key, "", lease); !won || err != nil {
				t.Fatal(won, err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			w := &watched{Memory: p.store, lease: func(n int) {
				if n == 3 {
					tt.event(p, key, cancel)
				}
			}}
			_, err := lark.NewClient(p.app(customID), lark.WithHTTPClient(p.http), lark.WithTokenStore(w), lark.WithClock(p.clock.now)).Do(ctx, lark.Call{Path: "im/v1/chats"})
			if !tt.fails && err != nil {
				t.Error(err)
			}
			if tt.fails {
				if e := failure(t, err); e.Kind != lark.KindTransport || !e.Retryable {
					t.Errorf("got %+v", *e)
				}
			}
			p.wantTokenCalls(tt.calls)
			if w.n < 3 {
				t.Errorf("%d attempts", w.n)
			}
		})
	}
}

// A call whose time is over does not wait for the one that looks for a token.
func TestWaitingForTheOwnRefreshEnds(t *testing.T) {
	p := newPlatform(t)
	looking, release := make(chan struct{}), make(chan struct{})
	w := &watched{Memory: p.store, lease: func(int) {
		close(looking)
		<-release
	}}
	c := lark.NewClient(p.app(customID), lark.WithHTTPClient(p.http), lark.WithTokenStore(w), lark.WithClock(p.clock.now))
	done := make(chan error)
	go func() { done <- p.call(c, "") }()
	<-looking
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Do(ctx, lark.Call{Path: "im/v1/chats"})
	if e := failure(t, err); e.Kind != lark.KindTransport || !errors.Is(err, context.Canceled) {
		t.Errorf("got %+v", *e)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// failingStore fails some of its methods.
type failingStore struct {
	*store.Memory
	token, lease, settle, ticket error
}

func (s failingStore) Token(ctx context.Context, key string) (lark.Token, error) {
	if s.token != nil {
		return lark.Token{}, s.token
	}
	return s.Memory.Token(ctx, key)
}

func (s failingStore) Lease(ctx context.Context, key string, seen lark.Secret, d time.Duration) (bool, lark.Token, error) {
	if s.lease != nil {
		return false, lark.Token{}, s.lease
	}
	return s.Memory.Lease(ctx, key, seen, d)
}

func (s failingStore) Settle(ctx context.Context, key string, fresh lark.Token) error {
	if s.settle != nil {
		return s.settle
	}
	return s.Memory.Settle(ctx, key, fresh)
}

func (s failingStore) Ticket(ctx context.Context, appID string) (lark.Secret, error) {
	if s.ticket != nil {
		return "", s.ticket
	}
	return s.Memory.Ticket(ctx, appID)
}

// Without its table an instance gets tokens for itself: more calls to Lark,
// but none lost.
func TestStoreFails(t *testing.T) {
	down := errors.New("table down")
	for name, s := range map[string]failingStore{
		"reading":    {token: down},
		"leasing":    {lease: down},
		"settling":   {settle: down},
		"everything": {token: down, lease: down, settle: down, ticket: down},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			s.Memory = p.store
			c := lark.NewClient(p.app(customID), lark.WithHTTPClient(p.http), lark.WithTokenStore(s), lark.WithClock(p.clock.now))
			p.together(20, func(int) { p.works(c, "") })
			p.wantTokenCalls(1)
		})
	}
	t.Run("the ticket cannot be read", func(t *testing.T) {
		p := newPlatform(t)
		c := lark.NewClient(p.app(marketID), lark.WithHTTPClient(p.http), lark.WithTokenStore(failingStore{Memory: p.store, ticket: down}), lark.WithClock(p.clock.now))
		if e := failure(t, p.call(c, "tk_1")); e.Kind != lark.KindTransport || !e.Retryable || !errors.Is(e, down) {
			t.Errorf("got %+v", *e)
		}
	})
}

func (p *platform) putTicket(value string) {
	p.t.Helper()
	if err := p.store.PutTicket(p.t.Context(), marketID, lark.Secret(value), p.clock.now()); err != nil {
		p.t.Fatal(err)
	}
}

func TestMarketplace(t *testing.T) {
	p := newPlatform(t)
	p.putTicket(p.IssueTicket(marketID))
	c := p.market()
	p.works(c, "tk_1")
	p.wantTokenCalls(2) // the app's token, then the tenant's
	p.works(c, "tk_1")
	p.works(p.market(), "tk_1")
	p.wantTokenCalls(0)
	p.works(c, "tk_2")
	p.wantTokenCalls(1) // the app's token is there
	for _, call := range p.Calls() {
		if call.Path == "/open-apis/im/v1/chats" && call.TenantKey != "tk_1" && call.TenantKey != "tk_2" {
			t.Errorf("a call for the tenant %q", call.TenantKey)
		}
	}
	_, err := c.Do(t.Context(), lark.Call{Method: "POST", Path: "authen/v1/oidc/access_token", Tokens: []lark.TokenType{lark.AppToken},
		Body: json.RawMessage(`{"grant_type":"authorization_code","code":"c"}`)})
	if err != nil {
		t.Error(err)
	}
	p.wantTokenCalls(0)
}

// Lark may revoke a marketplace app's own token as well as its tenants'.
func TestMarketplaceRevoked(t *testing.T) {
	p := newPlatform(t)
	p.putTicket(p.IssueTicket(marketID))
	clients := make([]*lark.Client, 20)
	for i := range clients {
		clients[i] = p.market()
		p.works(clients[i], "tk_1")
	}
	p.wantTokenCalls(2)
	p.RevokeTokens(marketID)
	p.together(len(clients), func(i int) { p.works(clients[i], "tk_1") })
	p.wantTokenCalls(3) // the tenant's with the old app token, the app's, the tenant's
}
