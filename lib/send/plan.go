package send

import (
	"context"
	"io"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// plan is a request that has been checked and made ready: nothing is done yet.
type plan struct {
	verb string
	// target is whom it reaches ("chat_id oc_…"), for order and pace; "" for
	// nobody in particular.
	target string
	// repeats says that Lark does not recognise a repetition of it.
	repeats bool
	run     runner
}

// runner makes the calls of a plan.
type runner func(ctx context.Context, t *tools) (*lark.Result, error)

// tools is what a plan runs with.
type tools struct {
	client *lark.Client
	http   lark.HTTPDoer
	blobs  Blobs
	now    func() time.Time
}

// Blobs are the objects that files come from and go to; [cloud.S3] has them.
type Blobs interface {
	// Open begins an object and returns its size in bytes.
	Open(ctx context.Context, bucket, key string) (body io.ReadCloser, size int64, err error)
	// Create writes an object. A size of -1 is one that is not known.
	Create(ctx context.Context, bucket, key string, body io.Reader, size int64, contentType string) error
}

// plan checks a request and makes it ready. uuid is what Lark's message API
// knows the request by. The error says which field is wrong.
func (r *Request) plan(uuid string) (*plan, error) {
	v, err := r.verb()
	if err != nil {
		return nil, err
	}
	p, err := v.verb.plan(common{uuid: uuid, tenantKey: r.TenantKey})
	if err != nil {
		return nil, err
	}
	p.verb = v.name
	return p, nil
}

// common is what a verb takes from its request.
type common struct{ uuid, tenantKey string }

// call makes a plan of one call.
func (c common) call(target string, call lark.Call) *plan {
	call.TenantKey = c.tenantKey
	return &plan{target: target, run: func(ctx context.Context, t *tools) (*lark.Result, error) {
		return t.client.Do(ctx, call)
	}}
}
