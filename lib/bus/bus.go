package bus

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"larkbridge/lib/lark"
)

// DefaultInlineLimit is the size of an entry in bytes over which its detail
// goes to S3. EventBridge takes 1 MB, but SNS and some regions only 256 KB.
const DefaultInlineLimit = 240 << 10

// Publisher puts one entry on the bus and returns the id that it has there.
type Publisher interface {
	Publish(ctx context.Context, e Entry) (id string, err error)
}

// Blobs keeps details that are too large for the bus; [blob.S3] does.
type Blobs interface {
	Create(ctx context.Context, bucket, key string, body io.Reader, size int64, contentType string) error
}

// Location is where a detail is, as downstream finds it in detail.s3.
type Location struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	Size   int    `json:"size"`
}

// Bus publishes events.
type Bus struct {
	Publisher Publisher
	Blobs     Blobs
	Bucket    string // for Blobs
	// InlineLimit is the size of an entry in bytes over which its detail goes
	// to Blobs.
	InlineLimit int
}

// PublishEvent puts an event of the named app on the bus and returns the
// entry's id.
func (b *Bus) PublishEvent(ctx context.Context, app string, ev *lark.Event) (string, error) {
	e := eventEntry(ev)
	e.Detail = Detail(app, ev)
	if e.size() > b.InlineLimit {
		at := Location{Bucket: b.Bucket, Key: blobKey(app, ev), Size: len(e.Detail)}
		err := b.Blobs.Create(ctx, at.Bucket, at.Key, bytes.NewReader(e.Detail), int64(at.Size), "application/json")
		if err != nil {
			return "", fmt.Errorf("storing a large detail: %w", err)
		}
		room := b.InlineLimit - (e.size() - len(e.Detail))
		if e.Detail, err = detailElsewhere(app, ev, at, room); err != nil {
			return "", err
		}
	}
	return b.Publisher.Publish(ctx, e)
}

// blobKey is the same for each delivery of an event, so a retry overwrites. The
// event's key comes from outside and is hashed.
func blobKey(app string, ev *lark.Event) string {
	sum := sha256.Sum256([]byte(ev.Key))
	return "events/" + app + "/" + hex.EncodeToString(sum[:]) + ".json"
}
