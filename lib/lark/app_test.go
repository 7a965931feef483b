package lark_test

import (
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
)

func TestParseApp(t *testing.T) {
	app, err := lark.ParseApp("ops", []byte(`{"type":"marketplace","domain":"feishu","app_id":"cli_1","app_secret":"s",
		"encrypt_key":["new","old"],"verification_token":"v","help_desk_id":"h","help_desk_token":"ht",
		"allow_unsigned":true,"bot_open_id":"ou_1"}`))
	if err != nil {
		t.Fatal(err)
	}
	if app.Name != "ops" || app.Type != lark.Marketplace || app.BaseURL != lark.FeishuURL || app.AppID != "cli_1" ||
		app.AppSecret.Reveal() != "s" || len(app.EncryptKeys) != 2 || len(app.VerificationTokens) != 1 ||
		app.HelpDeskID != "h" || app.HelpDeskToken.Reveal() != "ht" || !app.AllowUnsigned ||
		app.BotOpenID != "ou_1" {
		t.Errorf("got %+v", app)
	}
	small, err := lark.ParseApp("default", []byte(`{"app_id":"cli_1","app_secret":"s"}`))
	if err != nil || small.Type != lark.Custom || small.BaseURL != lark.LarkURL {
		t.Errorf("the defaults: got %+v, %v", small, err)
	}
}

func TestParseAppNamesTheField(t *testing.T) {
	const value = "hidden-value"
	for _, tt := range []struct{ settings, want string }{
		{`{"app_id":"a"}`, `"app_secret" is missing`},
		{`{}`, `"app_id" is missing`},
		{`{"app_id":"a","app_secret":"hidden-value","encryptkey":"hidden-value"}`, `"encryptkey" is not a setting`},
		{`{"app_id":7,"app_secret":"hidden-value"}`, `"app_id": want a string`},
		{`{"app_id":"","app_secret":"hidden-value"}`, `"app_id": is empty`},
		{`{"app_id":"a","app_secret":null}`, `"app_secret": want a string`},
		{`{"app_id":"a","app_secret":"s","encrypt_key":["hidden-value",7]}`, `"encrypt_key": want a string or a list of strings`},
		{`{"app_id":"a","app_secret":"s","encrypt_key":["hidden-value",""]}`, `"encrypt_key": is empty`},
		{`{"app_id":"a","app_secret":"s","verification_token":[]}`, `"verification_token": is empty`},
		{`{"app_id":"a","app_secret":"s","type":"hidden-value"}`, `"type": want "custom" or "marketplace"`},
		{`{"app_id":"a","app_secret":"s","domain":"hidden-value"}`, `"domain": want "feishu", "lark" or a base URL`},
		{`{"app_id":"a","app_secret":"s","domain":"https://u:hidden-value@h"}`, `"domain": want`},
		{`{"app_id":"a","app_secret":"s","allow_unsigned":"hidden-value"}`, `"allow_unsigned": want true or false`},
		{`{"app_id":"a","app_secret":"s","bot_open_id":["hidden-value"]}`, `"bot_open_id": want a string`},
		{`{"app_id":"a","app_secret":"s","card_handler":"hidden-value"}`, `"card_handler" is not a setting`}, // it is a setting of store's
		{`["hidden-value"]`, `not one JSON object`},
		{`{"app_secret":"hidden-value"`, `not one JSON object`},
	} {
		_, err := lark.ParseApp("default", []byte(tt.settings))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.settings, err, tt.want)
		} else if strings.Contains(err.Error(), value) {
			t.Errorf("%s: the error shows a value: %v", tt.settings, err)
		}
	}
}

func TestParseAppDomain(t *testing.T) {
	for domain, want := range map[string]string{
		"lark": lark.LarkURL, "feishu": lark.FeishuURL,
		"https://lark.example.com/": "https://lark.example.com", "http://127.0.0.1:9": "http://127.0.0.1:9",
	} {
		app, err := lark.ParseApp("default", []byte(`{"app_id":"a","app_secret":"s","domain":"`+domain+`"}`))
		if err != nil || app.BaseURL != want {
			t.Errorf("%s: got %+v, %v", domain, app, err)
		}
	}
}

func TestAppFromEnv(t *testing.T) {
	env := map[string]string{"APP_ID": "cli_1", "APP_SECRET": "s", "VERIFICATION_TOKEN": "v", "ENCRYPT_KEY": "k",
		"HELP_DESK_ID": "h", "HELP_DESK_TOKEN": "ht", "APP_TYPE": "marketplace", "LARK_DOMAIN": "feishu"}
	app, err := lark.AppFromEnv(func(name string) string { return env[name] })
	if err != nil || app.AppID != "cli_1" || app.Type != lark.Marketplace || app.BaseURL != lark.FeishuURL ||
		len(app.EncryptKeys) != 1 || app.VerificationTokens[0].Reveal() != "v" || app.HelpDeskToken.Reveal() != "ht" {
		t.Errorf("got %+v, %v", app, err)
	}
	for _, name := range []string{"APP_SECRET", "APP_ID"} { // APP_ID is named first
		env[name] = ""
		if _, err := lark.AppFromEnv(func(name string) string { return env[name] }); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestValidAppName(t *testing.T) {
	for name, want := range map[string]bool{"default": true, "a-1": true, "events": true, "event": false, "card": false, "": false, "A": false, "a/b": false, "a_b": false, "é": false,
		strings.Repeat("a", 32): true, strings.Repeat("a", 33): false} {
		if got := lark.ValidAppName(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
