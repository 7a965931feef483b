package store_test

import (
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/store"
)

func TestParseApp(t *testing.T) {
	app, err := store.ParseApp("ops", []byte(`{"app_id":"cli_1","app_secret":"s","bot_open_id":"ou_1","card_handler":"fn","card_toast":"Done"}`))
	if err != nil {
		t.Fatal(err)
	}
	if app.Name != "ops" || app.AppID != "cli_1" || app.BotOpenID != "ou_1" || app.CardHandler != "fn" || app.CardToast != "Done" {
		t.Errorf("got %+v, want ops with cli_1, ou_1, fn and Done", app)
	}
	small, err := store.ParseApp("default", []byte(`{"app_id":"cli_1","app_secret":"s"}`))
	if err != nil || small.CardHandler != "" || small.CardToast != "" {
		t.Errorf("without the optional fields: got %+v, %v, want an app without card_handler and card_toast", small, err)
	}
}

func TestParseAppNamesTheField(t *testing.T) {
	for _, tt := range []struct {
		settings string
		want     []string
	}{
		{`{"app_id":"a","app_secret":"hidden-value","card_toast":7}`, []string{`field "card_toast": want a string`}},
		{`{"app_id":"a","app_secret":"hidden-value","card_handler":null}`, []string{`field "card_handler": want a string`}},
		{`{"app_id":"a","app_secret":"hidden-value","card_handlers":"hidden-value"}`, []string{`field "card_handlers" is not a setting`}},
		{`{"app_id":7,"app_secret":"hidden-value","card_handler":["hidden-value"],"card_toast":{}}`, []string{
			`field "app_id": want a string`, `field "card_handler": want a string`, `field "card_toast": want a string`,
		}},
		{`null`, []string{`field "app_id" is missing`, `field "app_secret" is missing`}},
		{`["hidden-value"]`, []string{"the settings are not one JSON object"}},
		{`{"app_secret":"hidden-value"`, []string{"the settings are not one JSON object"}},
		{``, []string{"the settings are not one JSON object"}},
	} {
		_, err := store.ParseApp("default", []byte(tt.settings))
		if err == nil {
			t.Errorf("%s: got no error, want %q", tt.settings, tt.want)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %q", tt.settings, err, want)
			}
		}
		if strings.Contains(err.Error(), "hidden-value") {
			t.Errorf("%s: the error shows a value: %v", tt.settings, err)
		}
	}
}
