package inspector_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/local/demo"
	"github.com/larkbridge/larkbridge/internal/local/inspector"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// run is a local run with its demo, on a stand-in.
type run struct {
	t        *testing.T
	url      string
	platform *larktest.Platform
	server   *local.Server
	approval *demo.Approval
}

func empty(string) string { return "" } // an environment

func start(t *testing.T) *run {
	t.Helper()
	r, inspect := newRun(t)
	inspect(r.platform)
	ctx, cancel := context.WithCancel(context.Background())
	echo := demo.NewEcho(ctx, r.server)
	r.approval = demo.NewApproval(ctx, r.server, r.platform)
	t.Cleanup(func() { cancel(); echo.Wait(); r.approval.Wait() })
	return r
}

// newRun returns a local run without its demo. inspect adds the page, and must be called
// before the first request.
func newRun(t *testing.T) (r *run, inspect func(*larktest.Platform)) {
	t.Helper()
	r = &run{t: t}
	timeline := inspector.NewTimeline()
	show := timeline.Record(func(local.Step) {})
	calls := local.NewCalls(show, time.Now)
	r.platform = local.NewPlatform(calls)
	standIn := httptest.NewServer(r.platform)
	t.Cleanup(standIn.Close)
	app, err := local.NewApp(empty, standIn.URL)
	if err != nil {
		t.Fatal(err)
	}
	r.server = local.New(app, local.ToStandIn(standIn.URL, standIn.Client()), calls, time.Now, show)
	site := httptest.NewServer(r.server)
	r.url = site.URL
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() { cancel(); site.Close() })
	return r, func(platform *larktest.Platform) {
		if err := inspector.Add(ctx, r.server, platform, timeline); err != nil {
			t.Fatal(err)
		}
	}
}

// event delivers a new event of a type.
func (r *run) event(eventType string) { r.events(eventType, 1) }

// events delivers n new events of a type.
func (r *run) events(eventType string, n int) {
	r.t.Helper()
	s, ok := larktest.FindSample(eventType)
	if !ok {
		r.t.Fatalf("there is no sample of %s", eventType)
	}
	for range n {
		if _, err := r.server.Receive(r.t.Context(), "/event", s.Delivery(r.server.App(), time.Now())); err != nil {
			r.t.Fatal(err)
		}
	}
}

// ask makes demo's card appear.
func (r *run) ask() {
	r.t.Helper()
	if err := r.approval.Ask(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}
