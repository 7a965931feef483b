package store

import (
	"context"
	"fmt"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// All instances read a token, and the instance that holds the lease writes it. Only an
// instance that has seen the stored token can acquire the lease, so that one which read
// it before a refresh does not refresh it once more.

// expiredTokenTTL is how long a token is kept after it has expired.
const expiredTokenTTL = time.Hour

// Token returns the stored token of key, or the zero token when there is none.
func (t *Table) Token(ctx context.Context, key string) (lark.Token, error) {
	item, err := t.get(ctx, "tok#"+key)
	return tokenOf(item), err
}

// Lease asks for the right to refresh the token of key for the duration d, and reports
// whether the caller has it. It has not if another instance holds the lease, or if the
// stored token is not the one that the caller has seen ("" for none). Then Lease also
// returns the stored token.
func (t *Table) Lease(ctx context.Context, key string, seen lark.Secret, d time.Duration) (bool, lark.Token, error) {
	now := t.now()
	same := "val = :seen"
	values := attrs{":lease": number(now.Add(d).UnixMilli()), ":now": number(now.UnixMilli()), ":seen": text(seen.Reveal())}
	if seen == "" {
		same = "attribute_not_exists(val)"
		delete(values, ":seen")
	}
	acquired, item, err := t.update(ctx, "tok#"+key, "SET lease = :lease",
		"(attribute_not_exists(lease) OR lease < :now) AND "+same, values)
	if err != nil {
		return false, lark.Token{}, fmt.Errorf("leasing the token: %w", err)
	}
	return acquired, tokenOf(item), nil
}

// Settle ends a lease and stores the fresh token. With the zero token it stores nothing,
// and another instance can acquire the lease at once.
func (t *Table) Settle(ctx context.Context, key string, fresh lark.Token) error {
	expression, values := "REMOVE lease", attrs(nil)
	if fresh.Value != "" {
		expression = "SET val = :val, ex = :ex, #ttl = :ttl REMOVE lease"
		values = attrs{
			":val": text(fresh.Value.Reveal()), ":ex": number(fresh.Expires.UnixMilli()),
			":ttl": number(fresh.Expires.Add(expiredTokenTTL).Unix()),
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
