package store_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

const tokenLease = 8 * time.Second

// tokens is a store with calls that must not fail, for one key.
type tokens struct {
	t *testing.T
	s implementation
}

func (k tokens) stored() lark.Token {
	k.t.Helper()
	token, err := k.s.Token(k.t.Context(), "key")
	if err != nil {
		k.t.Fatal(err)
	}
	return token
}

func (k tokens) lease(seen lark.Secret) (bool, lark.Token) {
	k.t.Helper()
	won, current, err := k.s.Lease(k.t.Context(), "key", seen, tokenLease)
	if err != nil {
		k.t.Fatal(err)
	}
	return won, current
}

func (k tokens) settle(fresh lark.Token) {
	k.t.Helper()
	if err := k.s.Settle(k.t.Context(), "key", fresh); err != nil {
		k.t.Fatal(err)
	}
}

func (k tokens) wantLease(seen lark.Secret) {
	k.t.Helper()
	if won, current := k.lease(seen); !won {
		k.t.Errorf("the lease for %q is refused; the token is %q", seen.Reveal(), current.Value.Reveal())
	}
}

// wantRefused also checks that who is refused learns the current token.
func (k tokens) wantRefused(seen lark.Secret, current lark.Token) {
	k.t.Helper()
	won, got := k.lease(seen)
	if won {
		k.t.Errorf("the lease for %q is given", seen.Reveal())
	}
	k.equal(got, current)
}

func (k tokens) equal(got, want lark.Token) {
	k.t.Helper()
	if got.Value != want.Value || !got.Expires.Equal(want.Expires) {
		k.t.Errorf("got %q until %v, want %q until %v", got.Value.Reveal(), got.Expires, want.Value.Reveal(), want.Expires)
	}
}

func TestTokens(t *testing.T) {
	var none lark.Token
	life := newClock().now().Add(2 * time.Hour)
	one, two := lark.Token{Value: "one", Expires: life}, lark.Token{Value: "two", Expires: life.Add(time.Hour)}
	for _, tt := range []struct {
		name string
		test func(k tokens, c *clock)
	}{
		{"none at first", func(k tokens, _ *clock) { k.equal(k.stored(), none) }},
		{"one lease at a time", func(k tokens, _ *clock) {
			k.wantLease("")
			k.wantRefused("", none)
			k.equal(k.stored(), none)
		}},
		{"settle stores and ends the lease", func(k tokens, _ *clock) {
			k.wantLease("")
			k.settle(one)
			k.equal(k.stored(), one)
			k.wantLease("one")
		}},
		{"a loser learns the old token", func(k tokens, _ *clock) {
			k.settle(one)
			k.wantLease("one")
			k.wantRefused("one", one)
		}},
		// It looked before the refresh that another has made since.
		{"who has seen another token is refused", func(k tokens, _ *clock) {
			k.settle(one)
			k.settle(two)
			k.wantRefused("one", two)
			k.wantRefused("", two)
			k.wantLease("two")
		}},
		{"who has seen a token where there is none is refused", func(k tokens, _ *clock) { k.wantRefused("one", none) }},
		{"settling nothing ends the lease only", func(k tokens, _ *clock) {
			k.settle(one)
			k.wantLease("one")
			k.settle(none)
			k.equal(k.stored(), one)
			k.wantLease("one")
		}},
		{"settling nothing at first", func(k tokens, _ *clock) {
			k.wantLease("")
			k.settle(none)
			k.equal(k.stored(), none)
			k.wantLease("")
		}},
		{"the lease holds to its last moment", func(k tokens, c *clock) {
			k.wantLease("")
			c.add(tokenLease)
			k.wantRefused("", none)
		}},
		{"the lease ends", func(k tokens, c *clock) {
			k.settle(one)
			k.wantLease("one")
			c.add(tokenLease + time.Millisecond)
			k.wantLease("one")
			k.wantRefused("one", one)
		}},
		{"an expired token can be replaced", func(k tokens, c *clock) {
			k.settle(one)
			c.add(100 * time.Hour)
			k.wantLease("one")
			k.settle(two)
			k.equal(k.stored(), two)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, s implementation, c *clock) { tt.test(tokens{t, s}, c) })
		})
	}
}

func TestTokenKeysAreApart(t *testing.T) {
	onBoth(t, func(t *testing.T, s implementation, _ *clock) {
		k := tokens{t, s}
		k.settle(lark.Token{Value: "one", Expires: newClock().now()})
		if got, err := s.Token(t.Context(), "other"); err != nil || got.Value != "" {
			t.Errorf("another key has the token %q, %v", got.Value.Reveal(), err)
		}
		// Nor are a token and a claim of the same name one record.
		if got, _, err := s.Claim(t.Context(), "key", "a", store.ClaimLease, ttl); err != nil || got != store.Acquired {
			t.Errorf("claim: %s, %v", got, err)
		}
	})
}

// Fifty instances see the same old token; all try until it is replaced. That
// must cost one refresh.
func TestRefreshHappensOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s implementation, c *clock) {
		k := tokens{t, s}
		k.settle(lark.Token{Value: "old", Expires: c.now()})
		var refreshed atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				for {
					won, current, err := s.Lease(t.Context(), "key", "old", tokenLease)
					switch {
					case err != nil:
						t.Error(err)
						return
					case won:
						fresh := lark.Token{Value: lark.Secret("fresh-" + strconv.FormatInt(refreshed.Add(1), 10))}
						if err := s.Settle(t.Context(), "key", fresh); err != nil {
							t.Error(err)
						}
						return
					case current.Value != "old":
						return
					}
				}
			})
		}
		all.Wait()
		if got := refreshed.Load(); got != 1 {
			t.Errorf("%d refreshes, want 1", got)
		}
	})
}

func TestTokenErrors(t *testing.T) {
	s := newTable(t, newClock())
	defer shared.Get(t).Proxy().Inject(harness.Fault{Kind: harness.Refuse("AccessDeniedException")})()
	token := lark.Token{Value: "secret-token-text", Expires: newClock().now()}
	_, err := s.Token(t.Context(), "key")
	wantError(t, err, "reading tok#key")
	won, _, err := s.Lease(t.Context(), "key", token.Value, tokenLease)
	wantError(t, err, "leasing the token")
	if won {
		t.Error("the lease is given by a table that refuses")
	}
	wantError(t, s.Settle(t.Context(), "key", token), "storing the token")
	wantError(t, s.PutTicket(t.Context(), "cli_a", token.Value, newClock().now()), "storing the app_ticket")
	_, err = s.Ticket(t.Context(), "cli_a")
	wantError(t, err, "reading tkt#cli_a")
}
