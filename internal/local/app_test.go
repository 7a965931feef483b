package local_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func TestNewAppIsTheStandIns(t *testing.T) {
	app, err := local.NewApp(env(map[string]string{"APP_SECRET": "mine", "LARK_DOMAIN": "feishu", "APP_TYPE": "marketplace"}), "http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	if app.AppID != larktest.AppID || app.AppSecret.Reveal() != local.AppSecret || app.BaseURL != "http://127.0.0.1:1" || app.Type != lark.Custom {
		t.Errorf("without APP_ID the environment's app leaks in: %+v", app)
	}
}

func TestNewAppIsTheEnvironments(t *testing.T) {
	app, err := local.NewApp(env(map[string]string{"APP_ID": "cli_mine", "APP_SECRET": "mine", "LARK_DOMAIN": "feishu"}), "")
	if err != nil {
		t.Fatal(err)
	}
	if app.AppID != "cli_mine" || app.BaseURL != lark.FeishuURL || len(app.EncryptKeys) != 0 {
		t.Errorf("the stand-in's app leaks in: %+v", app)
	}
	if _, err := local.NewApp(env(map[string]string{"APP_ID": "cli_mine"}), ""); err == nil {
		t.Error("an app without a secret is taken")
	}
}

// With the stand-in, a webhook of the real Lark is answered on this machine.
func TestWebhookStaysOnTheMachine(t *testing.T) {
	platform := local.NewPlatform(local.NewCalls(func(local.Step) {}, time.Now))
	server := httptest.NewServer(platform)
	defer server.Close()
	req, err := http.NewRequest("POST", "https://open.feishu.cn/open-apis/bot/v2/hook/123", strings.NewReader(`{"msg_type":"text","content":{"text":"hi"}}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := local.ToStandIn(server.URL, server.Client()).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if m := platform.Messages("123"); resp.StatusCode != 200 || len(m) != 1 {
		t.Errorf("got %d and %d messages, want 200 and one", resp.StatusCode, len(m))
	}
	if req.URL.Host != "open.feishu.cn" {
		t.Errorf("the request itself is changed: its host is %s", req.URL.Host)
	}
}
