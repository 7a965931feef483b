package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tools.json is what the command writes.
func TestToolsAreInStep(t *testing.T) {
	want, err := tools("..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../tools.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run `go generate ./schemas` (-want +got):\n%s", diff)
	}
}
