package cloud_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/cloud"
)

// counted is a server that counts the connections made to it.
func counted(t *testing.T, handler http.Handler) (url string, opened *atomic.Int64) {
	t.Helper()
	opened = new(atomic.Int64)
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server.URL, opened
}

// patient answers a call when all of it is written. The SDK closes a request's
// body when the answer is there, and if the transport has not looked for the
// body's end yet, it takes that for a broken request and drops the connection:
// on the loopback interface that happens to every tenth call.
type patient struct {
	http.Handler
	written chan struct{}
}

func newPatient(handler http.Handler) *patient { return &patient{handler, make(chan struct{}, 8)} }

func (p *patient) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		select {
		case <-p.written:
		case <-r.Context().Done():
		}
	}
	p.Handler.ServeHTTP(w, r)
}

// context is for calls to p.
func (p *patient) context(t *testing.T) context.Context {
	return httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { p.written <- struct{}{} },
	})
}

// The first call of a request must not wait for TCP and TLS: that is all that
// warming is for.
func TestWarmOpensTheConnections(t *testing.T) {
	for i, warm := range []func(*cloud.Cloud, context.Context){(*cloud.Cloud).WarmTable, (*cloud.Cloud).WarmBus} {
		s := services[i]
		t.Run(s.name, func(t *testing.T) {
			server := newPatient(harness.Canned{})
			url, opened := counted(t, server)
			c := cloud.New(getenv(map[string]string{
				"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_" + s.name: url + "/",
			}))
			warm(c, t.Context())
			if got := opened.Load(); got != 1 {
				t.Fatalf("warming opened %d connections, want 1", got)
			}
			for range 2 {
				if err := s.call(server.context(t), c); err != nil {
					t.Fatal(err)
				}
			}
			if got := opened.Load(); got != 1 {
				t.Errorf("%d connections after the first calls, want the one of warming", got)
			}
		})
	}
}

func TestClientsShareConnections(t *testing.T) {
	server := newPatient(harness.Canned{})
	url, opened := counted(t, server)
	c := cloud.New(getenv(map[string]string{"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": url}))
	for _, s := range services {
		if err := s.call(server.context(t), c); err != nil {
			t.Fatal(err)
		}
	}
	if got := opened.Load(); got != 1 {
		t.Errorf("%d connections for calls one after another, want 1", got)
	}
}

func TestWarmIsHarmless(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	release := make(chan struct{})
	silent, opened := counted(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(func() { close(release) }) // before the server is closed
	for name, tt := range map[string]struct {
		url    string
		budget time.Duration
	}{
		"nothing listens": {closed.URL, time.Minute},
		"not an address":  {"http://[::1", time.Minute},
		"no answer":       {silent, 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), tt.budget)
			defer cancel()
			begin := time.Now()
			cloud.New(getenv(map[string]string{"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": tt.url})).WarmBus(ctx)
			// Generous, but far from the minute that a hang would take.
			if elapsed := time.Since(begin); elapsed > 20*time.Second {
				t.Errorf("WarmBus took %v", elapsed)
			}
		})
	}
	if opened.Load() == 0 {
		t.Error("the silent server was not asked")
	}
}

// Without a region there is no host to connect to; the first call says so.
func TestWarmWithoutRegion(t *testing.T) {
	cloud.New(getenv(nil)).WarmBus(t.Context())
}
