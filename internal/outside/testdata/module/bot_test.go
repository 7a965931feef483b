// Package bot is a Lark bot in a module of its own, which needs the SDK and
// nothing of AWS.
package bot

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// fixture is a Lark platform in memory and an app on it.
func fixture(t *testing.T) (*larktest.Platform, *lark.App) {
	t.Helper()
	platform := larktest.New(larktest.WithApps(larktest.App{ID: "cli_bot", Secret: "secret"}))
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	app, err := lark.ParseApp("default", []byte(`{"app_id":"cli_bot","app_secret":"secret","encrypt_key":"key","verification_token":"token","domain":"`+server.URL+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	return platform, app
}

func TestReceive(t *testing.T) {
	_, app := fixture(t)
	payload := []byte(`{"schema":"2.0","header":{"event_id":"e1","event_type":"im.message.receive_v1","app_id":"cli_bot","token":"token"},"event":{}}`)
	now := time.Unix(1735689600, 0)
	callback, err := app.Receive(app.Sign(payload, now), now)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := callback.Event.Type, "im.message.receive_v1"; got != want {
		t.Errorf("type of the event: got %q, want %q", got, want)
	}
}
