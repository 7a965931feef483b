package stage

import (
	"net/http/httptest"
	"testing"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Lark starts a stand-in for Lark that has the samples' app, with what app says
// of it, and returns it and its address.
func Lark(t testing.TB, app larktest.App) (*larktest.Platform, string) {
	t.Helper()
	app.ID, app.Secret = larktest.AppID, AppSecret
	platform := larktest.New(larktest.WithApps(app))
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	return platform, server.URL
}

// Echo is the target of a rule that answers a message in its chat, through the
// queue with the given ARN: in JSON what PutTargets takes.
func Echo(queueARN string) any {
	return map[string]any{
		"Id": "send", "Arn": queueARN,
		"InputTransformer": map[string]any{
			"InputPathsMap": map[string]string{"chat": "$.detail.event.message.chat_id", "text": "$.detail.message.text", "id": "$.detail.header.event_id"},
			"InputTemplate": `{"message":{"to":{"chat_id":"<chat>"},"text":"You said: <text>"},"idempotency_key":"<id>"}`,
		},
	}
}
