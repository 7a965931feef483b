package operate_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Lark is asked: what it refuses is not stored, what it does not answer is.
func TestPutTriesTheCredentials(t *testing.T) {
	lark := httptest.NewServer(larktest.New(larktest.WithApps(larktest.App{ID: larktest.AppID, Secret: appSecret})))
	defer lark.Close()
	broken := httptest.NewServer(http.NotFoundHandler())
	defer broken.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, c := range map[string]struct {
		change map[string]any
		stored bool
		want   string
	}{
		"good":        {map[string]any{"domain": lark.URL}, true, "takes those of " + larktest.AppID},
		"refused":     {map[string]any{"domain": lark.URL, "app_secret": "another"}, false, "refuses the credentials"},
		"gone":        {map[string]any{"domain": gone.URL}, true, "skip  credentials                       they could not be tried"},
		"not Lark":    {map[string]any{"domain": broken.URL}, true, "skip  credentials                       they could not be tried"},
		"marketplace": {map[string]any{"type": "marketplace", "domain": gone.URL}, true, "before its app_ticket has come"},
	} {
		s, out, err := put(t, "ops", settings(c.change), true, nil)
		if (err == nil) != c.stored || len(s.values) == 1 != c.stored || !strings.Contains(out+fmt.Sprint(err), c.want) {
			t.Errorf("%s: stored %d, %q, %v", name, len(s.values), out, err)
		}
	}
}

// TestPutFindsTheBot checks bot_open_id of what is stored: Lark's answer, unless the
// settings have one or Lark has none.
func TestPutFindsTheBot(t *testing.T) {
	noBot := `{"code":11205,"msg":"app do not have bot"}`
	for name, c := range map[string]struct {
		change map[string]any
		check  bool
		reply  string // instead of the platform's answer to bot/v3/info
		stored string // "" for none
		want   string // of the output
	}{
		"found":                  {nil, true, "", "ou_bot_" + larktest.AppID, "ok    bot                               standin "},
		"found for an empty one": {map[string]any{"bot_open_id": ""}, true, "", "ou_bot_" + larktest.AppID, "ok    bot                               standin "},
		"given by the user":      {map[string]any{"bot_open_id": "ou_mine"}, true, noBot, "ou_mine", "takes those of"},
		"not asked for":          {nil, false, "", "", "Stored as parameter"},
		"no bot":                 {nil, true, noBot, "", "skip  bot                               the app has no bot, so that it can neither send nor get messages\n"},
		"not answered":           {nil, true, "<html>", "", "skip  bot                               Lark did not say which bot the app has"},
		"answered without an id": {nil, true, `{"code":0,"bot":{}}`, "", "skip  bot                               Lark's answer has no open id"},
	} {
		t.Run(name, func(t *testing.T) {
			platform := larktest.New(larktest.WithApps(larktest.App{ID: larktest.AppID, Secret: appSecret}))
			if c.reply != "" {
				platform.Fail(larktest.Fault{
					Match: func(r *http.Request) bool { return r.URL.Path == "/open-apis/bot/v3/info" },
					Kind:  larktest.Verbatim, Reply: larktest.Reply{Status: http.StatusOK, Body: c.reply, ContentType: "application/json"},
				})
			}
			lark := httptest.NewServer(platform)
			defer lark.Close()
			change := map[string]any{"domain": lark.URL}
			maps.Copy(change, c.change)
			s, out, err := put(t, "ops", settings(change), c.check, nil)
			if err != nil || !strings.Contains(out, c.want) {
				t.Errorf("got %v, %q, want %q", err, out, c.want)
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(s.values["/larkbridge/ops"]), &got); err != nil {
				t.Fatal(err)
			}
			openID, _ := got["bot_open_id"].(string)
			if openID != c.stored || got["app_secret"] != appSecret {
				t.Errorf("got bot_open_id %q, want %q, in %v", openID, c.stored, got)
			}
		})
	}
}
