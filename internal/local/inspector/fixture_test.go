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
	r := &run{t: t}
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
	ctx, cancel := context.WithCancel(context.Background())
	if err := inspector.Add(ctx, r.server, r.platform, timeline); err != nil {
		t.Fatal(err)
	}
	echo := demo.NewEcho(ctx, r.server)
	r.approval = demo.NewApproval(ctx, r.server, r.platform)
	site := httptest.NewServer(r.server)
	t.Cleanup(func() { cancel(); site.Close(); echo.Wait(); r.approval.Wait() })
	r.url = site.URL
	return r
}

// event delivers a new sample of a type.
func (r *run) event(eventType string) local.Inbound {
	r.t.Helper()
	s, ok := larktest.FindSample(eventType)
	if !ok {
		r.t.Fatalf("there is no sample of %s", eventType)
	}
	in, err := r.server.Receive(r.t.Context(), "/event", s.Delivery(r.server.App(), time.Now()))
	if err != nil {
		r.t.Fatal(err)
	}
	return in
}

// ask makes demo's card appear.
func (r *run) ask() {
	r.t.Helper()
	if err := r.approval.Ask(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}
