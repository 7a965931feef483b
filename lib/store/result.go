package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// SendKey is the key of a request's claim.
func SendKey(app, id string) string { return "snd#" + app + "#" + hashed(id) }

// Begin is [Table.Claim] for work that has a result: it is held for the time
// of lease, and Done comes with the result.
func (t *Table) Begin(ctx context.Context, key, owner string, lease, keep time.Duration) (State, []byte, error) {
	now := t.now()
	// DynamoDB removes items days after their TTL, so it is compared too.
	won, item, err := t.update(ctx, key,
		"SET st = :claimed, lease = :lease, #ttl = :ttl, req = :owner ADD att :one",
		"attribute_not_exists(pk) OR #ttl < :now OR (st = :claimed AND (lease < :nowms OR req = :owner))",
		attrs{
			":claimed": text("CLAIMED"), ":owner": text(owner), ":one": number(1),
			":lease": number(now.Add(lease).UnixMilli()), ":nowms": number(now.UnixMilli()),
			":ttl": number(now.Add(keep).Unix()), ":now": number(now.Unix()),
		})
	switch {
	case err != nil:
		return Held, nil, fmt.Errorf("claiming %s: %w", key, err)
	case won:
		return Won, nil, nil
	case stringOf(item, "st") == "PUBLISHED":
		return Done, bytesOf(item, "res"), nil
	}
	return Held, nil, nil
}

// Finish is [Table.Mark] with a result. Of several the first counts: it is
// what the caller was told.
func (t *Table) Finish(ctx context.Context, key string, result []byte, keep time.Duration) error {
	_, _, err := t.update(ctx, key, "SET st = :done, #ttl = :ttl, res = :res",
		"attribute_not_exists(st) OR st <> :done", attrs{
			":done": text("PUBLISHED"), ":ttl": number(t.now().Add(keep).Unix()),
			":res": &types.AttributeValueMemberB{Value: result},
		})
	if err != nil {
		return fmt.Errorf("storing the result of %s: %w", key, err)
	}
	return nil
}

// Release gives a claim back, if owner still holds it, so that the next
// attempt need not wait for the lease. It is for work that is known not to be
// done, or that may be done again.
func (t *Table) Release(ctx context.Context, key, owner string) error {
	_, _, err := t.update(ctx, key, "SET lease = :zero", "st = :claimed AND req = :owner", attrs{
		":zero": number(0), ":claimed": text("CLAIMED"), ":owner": text(owner),
	})
	if err != nil {
		return fmt.Errorf("releasing %s: %w", key, err)
	}
	return nil
}

func bytesOf(item attrs, name string) []byte {
	b, _ := item[name].(*types.AttributeValueMemberB)
	if b == nil {
		return nil
	}
	return b.Value
}
