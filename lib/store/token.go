package store

import (
	"context"
	"fmt"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// A token is read by every instance and written by one: the one that holds the
// lease. The lease is given only to who has seen the token that is stored, so
// an instance that looked before a refresh does not refresh again after it.

// Token returns the stored token of key, the zero token when there is none.
func (t *Table) Token(ctx context.Context, key string) (lark.Token, error) {
	item, err := t.get(ctx, "tok#"+key)
	return tokenOf(item), err
}

// Lease asks to be the one that refreshes the token of key for the time d. It
// is given unless another holds the lease or the stored token is no longer the
// seen one ("" for none). When it is not given, the current token is returned.
func (t *Table) Lease(ctx context.Context, key string, seen lark.Secret, d time.Duration) (bool, lark.Token, error) {
	now := t.now()
	same := "val = :seen"
	values := attrs{":lease": number(now.Add(d).UnixMilli()), ":now": number(now.UnixMilli()), ":seen": text(seen.Reveal())}
	if seen == "" {
		same = "attribute_not_exists(val)"
		delete(values, ":seen")
	}
	won, item, err := t.update(ctx, "tok#"+key, "SET lease = :lease",
		"(attribute_not_exists(lease) OR lease < :now) AND "+same, values)
	if err != nil {
		return false, lark.Token{}, fmt.Errorf("leasing the token: %w", err)
	}
	return won, tokenOf(item), nil
}

// Settle ends a lease and stores what it brought: the fresh token, or nothing
// for the zero token, so that the next instance may try at once.
func (t *Table) Settle(ctx context.Context, key string, fresh lark.Token) error {
	expression, values := "REMOVE lease", attrs(nil)
	if fresh.Value != "" {
		expression = "SET val = :val, ex = :ex, #ttl = :ttl REMOVE lease"
		values = attrs{
			":val": text(fresh.Value.Reveal()), ":ex": number(fresh.Expires.UnixMilli()),
			":ttl": number(fresh.Expires.Add(time.Hour).Unix()),
		}
	}
	if _, _, err := t.update(ctx, "tok#"+key, expression, "", values); err != nil {
		return fmt.Errorf("storing the token: %w", err)
	}
	return nil
}

func tokenOf(item attrs) lark.Token {
	value := stringOf(item, "val")
	if value == "" {
		return lark.Token{}
	}
	return lark.Token{Value: lark.Secret(value), Expires: time.UnixMilli(numberOf(item, "ex"))}
}
