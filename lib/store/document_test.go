package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestDocument(t *testing.T) {
	onBoth(t, func(t *testing.T, s implementation, c *clock) {
		read := func(want string, wantVersion int64) {
			t.Helper()
			doc, version, err := s.Document(t.Context(), "ask#1")
			if err != nil || string(doc) != want || version != wantVersion {
				t.Errorf("got %q of version %d, %v, want %q of version %d", doc, version, err, want, wantVersion)
			}
		}
		replace := func(doc string, seen int64, want bool) {
			t.Helper()
			if got, err := s.Replace(t.Context(), "ask#1", []byte(doc), seen, time.Hour); err != nil || got != want {
				t.Errorf("replacing version %d: got %v, %v, want %v", seen, got, err, want)
			}
		}
		read("", 0)
		replace("a", 1, false) // there is no version 1
		replace("a", 0, true)
		read("a", 1)
		replace("b", 0, false)
		replace("b", 1, true)
		replace("c", 1, false)
		read("b", 2)
		c.add(time.Hour)
		read("b", 2)
		c.add(time.Second)
		read("", 0) // DynamoDB removes it days later
		replace("d", 0, true)
		read("d", 1)
	})
}

// Of writers that have seen the same version, one writes.
func TestRivalWritersOfADocument(t *testing.T) {
	onBoth(t, func(t *testing.T, s implementation, _ *clock) {
		for seen := range int64(5) {
			var written atomic.Int64
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() {
					ok, err := s.Replace(t.Context(), "ask#2", fmt.Append(nil, i), seen, time.Hour)
					if err != nil {
						t.Error(err)
					}
					if ok {
						written.Add(1)
					}
				})
			}
			all.Wait()
			if got := written.Load(); got != 1 {
				t.Errorf("version %d: got %d writers, want 1", seen, got)
			}
		}
	})
}
