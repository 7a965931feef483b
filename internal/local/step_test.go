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
	if info := requestInfoOf(t.Context()); info != nil {
		t.Errorf("got %+v outside of a request, want nil", info)
	}
	want := &requestInfo{encrypted: true}
	if got := requestInfoOf(withRequestInfo(t.Context(), want)); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
