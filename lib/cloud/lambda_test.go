package cloud_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/cloud"
)

// A function is invoked once more when the connection breaks before an answer, and
// only then.
func TestInvokeAgain(t *testing.T) {
	for _, tt := range []struct {
		name  string
		serve func(call int32, w http.ResponseWriter)
		calls int32
		want  string // "" for an error
	}{
		{"an answer", func(_ int32, w http.ResponseWriter) { _, _ = io.WriteString(w, "ok") }, 1, "ok"},
		{"a broken connection", func(call int32, w http.ResponseWriter) {
			if call == 1 {
				panic(http.ErrAbortHandler)
			}
			_, _ = io.WriteString(w, "ok")
		}, 2, "ok"},
		{"connections that break", func(int32, http.ResponseWriter) { panic(http.ErrAbortHandler) }, 2, ""},
		{"a function that fails", func(_ int32, w http.ResponseWriter) {
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			_, _ = io.WriteString(w, "{}")
		}, 1, ""},
		{"a refusal", func(_ int32, w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var calls atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { tt.serve(calls.Add(1), w) }))
			defer server.Close()
			c := cloud.New(getenv(credentials))
			got, err := cloud.NewLambda(c.Config(), server.URL, time.Now).Invoke(t.Context(), "f", []byte("{}"))
			if string(got) != tt.want || (err == nil) != (tt.want != "") || calls.Load() != tt.calls {
				t.Errorf("got %q, %v and %d calls, want %q and %d calls", got, err, calls.Load(), tt.want, tt.calls)
			}
		})
	}
}

// An invocation whose time is over is not repeated.
func TestInvokeInTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		calls.Add(1)
		cancel()
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	c := cloud.New(getenv(credentials))
	_, err := cloud.NewLambda(c.Config(), server.URL, time.Now).Invoke(ctx, "f", []byte("{}"))
	// The client sees the end of ctx or that of the connection first.
	if err == nil || calls.Load() != 1 {
		t.Errorf("got %v and %d calls, want an error and 1 call", err, calls.Load())
	}
}

// credentials are those of the tests' region.
var credentials = map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
