package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ClaimLease is how long the claim on an event lasts unless the event is
// completed. It is longer than a function may run, so that nobody acquires a claim while
// its owner runs. It is shorter than the 15 s after which Lark delivers an event for the
// second time, so that the claim of an owner that has failed has ended by then.
const ClaimLease = 8 * time.Second

// State is the result of a claim.
type State int

const (
	// Acquired means that the caller holds the claim and is to do the work.
	Acquired State = iota
	// Completed means that the work has been completed.
	Completed
	// InProgress means that another owner holds the claim and may still
	// complete the work.
	InProgress
)

// String returns the name of the state.
func (s State) String() string {
	return [...]string{"acquired", "completed", "in progress"}[s]
}

// maxKey is the length up to which an id is used in a key as it is. DynamoDB accepts keys
// of up to 2 KB.
const maxKey = 512

// EventKey returns the key of an event's claim. It contains the app, because several bots
// in a chat get the same message, each in an event of its own.
func EventKey(appID, id string) string { return "evt#" + appID + "#" + hashed(id) }

// SendKey returns the key of a request's claim.
func SendKey(app, id string) string { return "snd#" + app + "#" + hashed(id) }

// ThreadKey returns the key of the first message of a thread, by its receiver and the
// name of the thread.
func ThreadKey(app, to, thread string) string { return "thr#" + app + "#" + hashed(to+" "+thread) }

// hashed returns the id, or its hash when it is too long for a key.
func hashed(id string) string {
	if len(id) <= maxKey {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

// The values of a claim's attribute st. The second one is in the documentation.
const (
	statusClaimed   = "CLAIMED"
	statusCompleted = "PUBLISHED"
)

// Claim asks that the work of key be the owner's for the duration of lease. It
// returns Acquired when nobody has claimed the key, when the lease of the last
// claim has passed without a completion, or when the record is past its ttl. It
// returns Completed with the result of the work when the work has been
// completed.
//
// The owner of a claim acquires it each time, so that a call whose answer was lost can be
// repeated. Two attempts must therefore be two owners.
func (t *Table) Claim(ctx context.Context, key, owner string, lease, ttl time.Duration) (State, []byte, error) {
	now := t.now()
	// DynamoDB removes items days after their TTL, so it is compared too.
	acquired, item, err := t.update(ctx, key,
		"SET st = :claimed, lease = :lease, #ttl = :ttl, req = :owner",
		"attribute_not_exists(pk) OR #ttl < :now OR (st = :claimed AND (lease < :nowms OR req = :owner))",
		attrs{
			":claimed": text(statusClaimed), ":owner": text(owner),
			":lease": number(now.Add(lease).UnixMilli()), ":nowms": number(now.UnixMilli()),
			":ttl": number(now.Add(ttl).Unix()), ":now": number(now.Unix()),
		})
	switch {
	case err != nil:
		return InProgress, nil, fmt.Errorf("claiming %s: %w", key, err)
	case acquired:
		return Acquired, nil, nil
	case stringOf(item, "st") == statusCompleted:
		return Completed, bytesOf(item, "res"), nil
	}
	return InProgress, nil, nil
}

// Complete records that the work of key is done, and its result, and keeps both for the
// duration of ttl. It needs no claim, because the work is done even if the claim has
// ended. Of several results the first one stays, because a caller has been answered with
// it. A record past its ttl is replaced.
func (t *Table) Complete(ctx context.Context, key string, result []byte, ttl time.Duration) error {
	now := t.now()
	expression, values := "SET st = :completed, #ttl = :ttl REMOVE res", attrs{
		":completed": text(statusCompleted), ":ttl": number(now.Add(ttl).Unix()), ":now": number(now.Unix()),
	}
	if len(result) > 0 {
		expression = "SET st = :completed, #ttl = :ttl, res = :res"
		values[":res"] = &types.AttributeValueMemberB{Value: result}
	}
	_, _, err := t.update(ctx, key, expression, "attribute_not_exists(st) OR st <> :completed OR #ttl < :now", values)
	if err != nil {
		return fmt.Errorf("completing %s: %w", key, err)
	}
	return nil
}

// Release ends a claim that owner still holds, so that the next attempt need not wait for
// the end of the lease. It is for work that has not been done, or that may be done twice.
func (t *Table) Release(ctx context.Context, key, owner string) error {
	_, _, err := t.update(ctx, key, "SET lease = :zero", "st = :claimed AND req = :owner", attrs{
		":zero": number(0), ":claimed": text(statusClaimed), ":owner": text(owner),
	})
	if err != nil {
		return fmt.Errorf("releasing %s: %w", key, err)
	}
	return nil
}
