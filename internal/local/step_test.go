package local

import (
	"testing"
	"time"
)

func TestMillis(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0.0 ms", 190 * time.Microsecond: "0.2 ms", 2 * time.Second: "2000.0 ms"} {
		if got := millis(d); got != want {
			t.Errorf("millis(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestRequestInfoOf(t *testing.T) {
	if _, ok := requestInfoOf(t.Context()); ok {
		t.Error("there is a request outside of one")
	}
	if v, ok := requestInfoOf(withRequestInfo(t.Context(), requestInfo{encrypted: true})); !ok || !v.encrypted {
		t.Error("the request is lost")
	}
}
