package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Document returns the document of key and its version. The version 0 means that
// there is none, or that its ttl has passed.
func (t *Table) Document(ctx context.Context, key string) (doc []byte, version int64, err error) {
	item, err := t.get(ctx, key)
	if err != nil || numberOf(item, "ttl") < t.now().Unix() {
		return nil, 0, err
	}
	return bytesOf(item, "doc"), numberOf(item, "ver"), nil
}

// Replace writes the document of key if its version is the one that was seen, and
// reports whether it has. A document that there is none of yet has the version 0.
// The document is kept for the duration of ttl.
//
// When it returns an error, the document may have been written: read it.
func (t *Table) Replace(ctx context.Context, key string, doc []byte, seen int64, ttl time.Duration) (bool, error) {
	now := t.now()
	condition, values := "ver = :seen", attrs{
		":doc": &types.AttributeValueMemberB{Value: doc}, ":next": number(seen + 1), ":ttl": number(now.Add(ttl).Unix()), ":seen": number(seen),
	}
	if seen == 0 {
		condition = "attribute_not_exists(ver) OR #ttl < :now"
		values[":now"] = number(now.Unix())
		delete(values, ":seen")
	}
	written, _, err := t.update(ctx, key, "SET doc = :doc, ver = :next, #ttl = :ttl", condition, values)
	if err != nil {
		return false, fmt.Errorf("writing %s: %w", key, err)
	}
	return written, nil
}

// Document is [Table.Document].
func (m *Memory) Document(_ context.Context, key string) (doc []byte, version int64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.claims[key]; !c.expires.Before(m.now()) {
		return c.result, c.version, nil
	}
	return nil, 0, nil
}

// Replace is [Table.Replace].
func (m *Memory) Replace(_ context.Context, key string, doc []byte, seen int64, ttl time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	c := m.claims[key]
	if c.expires.Before(now) {
		c = claim{}
	}
	if c.version != seen {
		return false, nil
	}
	m.put(key, claim{version: seen + 1, result: doc, expires: now.Add(ttl)})
	return true, nil
}
