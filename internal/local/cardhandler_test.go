package local_test

import (
	"context"
	"errors"
	"testing"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// TestCardHandler asks the answerer itself: the gateway would not wait for a process on a
// busy machine.
func TestCardHandler(t *testing.T) {
	need(t, "python3")
	startWith(t, func(_ context.Context, f *fixture, server *local.Server) {
		if err := server.SetCardHandler(f.url, ownCode+"app.py:clicked"); err != nil {
			t.Fatal(err)
		}
		app := &store.App{App: &lark.App{Name: "default"}}
		click := &lark.Event{Type: lark.TypeCardAction, Header: []byte("{}"), Body: []byte(`{"action":{"value":{"action":"approve"}}}`)}
		reply, err := server.Cards().Answer(t.Context(), app, click)
		if err != nil || reply.Toast == nil || reply.Toast.Content != "approve" {
			t.Errorf("got %+v, %v, want the handler's toast", reply, err)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := server.Cards().Answer(ended, app, click); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v or an answer", err, context.Canceled)
		}
		if err := server.SetCardHandler(f.url, "none.py:clicked"); err == nil {
			t.Error("a file that does not exist is not refused")
		}
	})
}
