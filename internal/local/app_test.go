package local_test

import (
	"testing"

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
