package main

import (
	"maps"
	"testing"
)

// What one send costs in AWS calls once an instance has its token;
// docs/cost.md is made from it.
func TestCallsOfASend(t *testing.T) {
	s, _ := newLark(t)
	f := s.Start("send")
	invoke(t, f, `{"message":{"to":{"chat_id":"oc_1"},"text":"warm"}}`)
	before := s.Proxy().Calls()
	invoke(t, f, `{"message":{"to":{"chat_id":"oc_1"},"text":"counted"}}`)
	got := s.Proxy().Calls()
	for operation, n := range before {
		if got[operation] -= n; got[operation] == 0 {
			delete(got, operation)
		}
	}
	if want := map[string]int{"UpdateItem": 2, "PutEvents": 1}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
