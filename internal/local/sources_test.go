package local_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local"
)

// TestSendTakesEverySource posts what AWS hands to the function send, from each source.
func TestSendTakesEverySource(t *testing.T) {
	files, err := filepath.Glob("../../functions/send/testdata/*.json")
	if err != nil || len(files) < 16 {
		t.Fatalf("got the files %v, %v, want 16 or more", files, err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if name == "outbound.json" {
			continue // is a table of requests
		}
		t.Run(name, func(t *testing.T) {
			doc, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f := startWith(t, func(_ context.Context, _ *fixture, server *local.Server) { server.SetDefaultTo(local.SampleChat) })
			if status, body := f.ask("POST", "/send", string(doc)); status != 200 {
				t.Errorf("got %d %s, want 200", status, body)
			}
			sent := slices.ContainsFunc(f.shown(local.StepSend), func(s local.Step) bool { return !s.Failed })
			if want := name != "destination.json"; sent != want { // which updates a card that this Lark does not have
				t.Errorf("got a request that is done %v, want %v", sent, want)
			}
		})
	}
}
