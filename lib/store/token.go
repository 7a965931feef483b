package store

import (
	"context"
	"fmt"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// A token is read by every instance and written by one: the one that holds the
// lease. The lease is given only to an instance that has seen the stored token,
// so one that read it before a refresh does not refresh it again.

// tokenRest is how long a token is kept after it has expired.
const tokenRest = time.Hour

// Token returns the stored token of key, or the zero token when there is none.
func (t *Table) Token(ctx context.Context, key string) (lark.Token, error) {
	item, err := t.get(ctx, "tok#"+key)
	return tokenOf(item), err
}

// Lease asks that the caller be the one that refreshes the token of key, for the
// duration d, and reports whether it is. It is not when another holds the lease,
// or when the stored token is no longer the seen one ("" for none). Then Lease
// also returns the stored token.
func (t *Table) Lease(ctx context.Context, key string, seen lark.Secret, d time.Duration) (bool, lark.Token, error) {
	now := t.now()
	same := "val = :seen"
	values := attrs{":lease": number(now.Add(d).UnixMilli()), ":now": number(now.UnixMilli()), ":seen": text(seen.Reveal())}
	if seen == "" {
		same = "attribute_not_exists(val)"
		delete(values, ":seen")
	}
	given, item, err := t.update(ctx, "tok#"+key, "SET lease = :lease",
		"(attribute_not_exists(lease) OR lease < :now) AND "+same, values)
	if err != nil {
		return false, lark.Token{}, fmt.Errorf("leasing the token: %w", err)
	}
	return given, tokenOf(item), nil
}

// Settle ends a lease and stores the fresh token, so that it replaces the old
// one. With the zero token it stores nothing, so that the next instance may try
// at once.
func (t *Table) Settle(ctx context.Context, key string, fresh lark.Token) error {
	expression, values := "REMOVE lease", attrs(nil)
	if fresh.Value != "" {
		expression = "SET val = :val, ex = :ex, #ttl = :ttl REMOVE lease"
		values = attrs{
			":val": text(fresh.Value.Reveal()), ":ex": number(fresh.Expires.UnixMilli()),
			":ttl": number(fresh.Expires.Add(tokenRest).Unix()),
		}
	}
	if _, _, err := t.update(ctx, "tok#"+key, expression, "", values); err != nil {
		return fmt.Errorf("storing the token: %w", err)
	}
	return nil
}

// tokenOf returns the token in an item, the zero token when there is none.
func tokenOf(item attrs) lark.Token {
	value := stringOf(item, "val")
	if value == "" {
		return lark.Token{}
	}
	return lark.Token{Value: lark.Secret(value), Expires: time.UnixMilli(numberOf(item, "ex"))}
}
