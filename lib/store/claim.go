package store

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Lease is how long a claim is held without a mark. It is longer than a
// function may run, so nobody can take a claim over while its owner lives, and
// shorter than Lark's first retry after 15 s, so no delivery is wasted on a
// claim that has not lapsed yet.
const Lease = 8 * time.Second

// State is what a claim found.
type State int

const (
	// Won means the caller holds the claim: it does the work, then marks it.
	Won State = iota
	// Done means the work is marked as done.
	Done
	// Held means another holds the claim and may still do the work.
	Held
)

func (s State) String() string {
	return [...]string{"won", "done", "held"}[s]
}

// maxKey is the longest id that is part of a key as it is; DynamoDB takes keys
// of up to 2 KB.
const maxKey = 512

// EventKey is the key of an event's claim: one app's event is another one for
// another app, since several bots of a chat get the same message.
func EventKey(appID, id string) string { return "evt#" + appID + "#" + hashed(id) }

// hashed is id, or its hash where it is too long for a key.
func hashed(id string) string {
	if len(id) <= maxKey {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}
