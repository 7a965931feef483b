package local

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLineWriter(t *testing.T) {
	var got []string
	w := &lineWriter{show: func(line string) { got = append(got, line) }}
	for _, text := range []string{"a", "b\nc\r\n\nd", "", "\n", strings.Repeat("x", 5000), "y\nz"} {
		if n, err := io.WriteString(w, text); n != len(text) || err != nil {
			t.Errorf("%.9q: got %d, %v, want %d", text, n, err, len(text))
		}
	}
	want := []string{"ab", "c", "", "d", strings.Repeat("x", 4096), strings.Repeat("x", 904) + "y"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// A command runs once for each event, and several may print at the same time.
func TestLineWriterIsShared(t *testing.T) {
	n := 0
	w := &lineWriter{show: func(string) { n++ }}
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for i := range 100 {
				fmt.Fprintln(w, i)
			}
		})
	}
	writers.Wait()
	if n != 400 {
		t.Errorf("got %d lines, want 400", n)
	}
}
