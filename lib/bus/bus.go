package bus

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// DefaultInlineLimit is the size of an entry in bytes over which its detail
// goes to S3. EventBridge takes 1 MB, but SNS and some regions only 256 KB.
const DefaultInlineLimit = 240 << 10

// Publisher puts one entry on the bus and returns the id that it has there.
type Publisher interface {
	Publish(ctx context.Context, e Entry) (id string, err error)
}

// Blobs stores details that are too large for the bus; [cloud.S3] does.
type Blobs interface {
	Create(ctx context.Context, bucket, key string, body io.Reader, size int64, contentType string) error
}

// Location is the field s3 of a detail: the place of the whole detail.
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
// entry's id. A detail that is over InlineLimit, or that EventBridge does not
// take, goes to Blobs.
func (b *Bus) PublishEvent(ctx context.Context, app string, ev *lark.Event) (string, error) {
	e := eventEntry(ev)
	e.Detail = Detail(app, ev)
	inline := acceptsEvent(ev)
	if !inline {
		changed := *ev
		var err error
		if changed.Message, err = acceptable(ev.Message); err != nil {
			return "", fmt.Errorf("changing a message that EventBridge does not take: %w", err)
		}
		ev, e.Detail = &changed, Detail(app, &changed)
		inline = acceptsEvent(ev)
	}
	if !inline || e.size() > b.InlineLimit {
		at, err := b.store(ctx, app, *ev)
		if err != nil {
			return "", err
		}
		limit := b.InlineLimit - (e.size() - len(e.Detail))
		if e.Detail, err = detailWithLocation(app, ev, at, limit); err != nil {
			return "", err
		}
	}
	return b.Publisher.Publish(ctx, e)
}

// store puts a whole detail into Blobs. It leaves out the trace id, which the entry has,
// because another delivery of the event must overwrite the object with the same bytes.
func (b *Bus) store(ctx context.Context, app string, ev lark.Event) (Location, error) {
	ev.TraceID = ""
	detail := Detail(app, &ev)
	at := Location{Bucket: b.Bucket, Key: blobKey(app, &ev), Size: len(detail)}
	if err := b.Blobs.Create(ctx, at.Bucket, at.Key, bytes.NewReader(detail), int64(at.Size), "application/json"); err != nil {
		return Location{}, fmt.Errorf("storing a large detail: %w", err)
	}
	return at, nil
}

// blobKey returns the key of an event's object in S3. It is the same for each
// delivery of the event, so that a retry overwrites it. The event's key comes from
// outside and is hashed.
func blobKey(app string, ev *lark.Event) string {
	sum := sha256.Sum256([]byte(ev.Key))
	return "events/" + app + "/" + hex.EncodeToString(sum[:]) + ".json"
}
