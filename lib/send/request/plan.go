package request

import (
	"context"
	"io"
	"time"

	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/stream"
)

// Plan is a request that has been checked and made ready to run.
type Plan struct {
	Verb string
	// Target names whom the request reaches ("chat_id oc_…"), for order and
	// pace. It is empty for a request that reaches nobody in particular.
	Target string
	// MayRepeat reports that Lark does not recognise a repetition of the calls:
	// if an answer is lost, a second attempt may do everything twice.
	MayRepeat bool
	// Interim reports that a later request shows all that this one does, so that its
	// result is of no interest to others than the caller.
	Interim bool
	// Headers reports that the result is to have the headers of the answer.
	Headers bool
	// Run makes the calls.
	Run func(ctx context.Context, clients *Clients) (*lark.Result, error)
}

// Clients holds what the calls of a plan are made with.
type Clients struct {
	Lark    *lark.Client
	Host    string        // the URL of the app's open platform, without a path
	HTTP    lark.HTTPDoer // for webhooks, which belong to no app
	Blobs   Blobs
	Streams *stream.Writer // nil where no text is streamed
	// Queued is when the request was put into its queue; zero means that somebody waits
	// for the result.
	Queued time.Time
	// Bucket is the stack's own bucket, of which a request may use the objects
	// under files/ and no others; "" is none.
	Bucket string
	Now    func() time.Time
	Asks   *ask.Asks // nil where no questions are asked
}

// Blobs reads and writes the objects that files come from and go to. Its errors
// may have a method HTTPStatusCode, which tells a refusal from a failure.
type Blobs interface {
	// Open begins to read an object and returns its size in bytes.
	Open(ctx context.Context, bucket, key string) (body io.ReadCloser, size int64, err error)
	// Create writes an object. A size of -1 means that it is not known.
	Create(ctx context.Context, bucket, key string, body io.Reader, size int64, contentType string) error
}

// Plan checks the fields of the request's verb and makes it ready. uuid is the
// id by which Lark's message API recognises a repetition. The error names the
// field that is wrong.
func (r *Request) Plan(uuid string) (*Plan, error) {
	v, err := r.verb()
	if err != nil {
		return nil, err
	}
	p, err := v.verb.plan(common{app: r.App, uuid: uuid, tenantKey: r.TenantKey})
	if err != nil {
		return nil, err
	}
	p.Verb = v.name
	return p, nil
}

// common holds what a verb takes from its request.
type common struct{ app, uuid, tenantKey string }

// call makes a plan of one call.
func (c common) call(target string, call lark.Call) *Plan {
	call.TenantKey = c.tenantKey
	return &Plan{Target: target, Run: func(ctx context.Context, clients *Clients) (*lark.Result, error) {
		return clients.Lark.Do(ctx, call)
	}}
}
