package operate_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/cloud"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/store"
)

func TestFindingsOfSend(t *testing.T) {
	for _, c := range []struct {
		answer string
		err    error
		want   string // "" for ok
	}{
		{botInfo, nil, ""},
		{`{"ok":false,"error":{"kind":"validation","code":11205,"msg":"app do not have bot"}}`, nil, "skip|bot, default|the app has no bot"},
		{`{"ok":false,"error":{"kind":"auth","code":10014,"msg":"app id not exists"}}`, nil, "fail|send, default|auth: app id not exists (code 10014)|https://open.larksuite.com does not know app " + larktest.AppID + ": if it is an app of Feishu, set the field domain to feishu, else compare App ID"},
		{`{"ok":false,"error":{"kind":"auth","code":10015,"msg":"app secret invalid"}}`, nil, "fail|send, default|auth: app secret invalid (code 10015)|compare App ID and App Secret with https://open.larksuite.com/app: larkbridge app put default"},
		{`{"ok":false,"error":{"kind":"auth","code":99991401,"msg":"denied by ip"}}`, nil, "fail|IP whitelist|Lark refuses the address that the call came from (code 99991401)"},
		{`{"ok":true,"data":{"bot":{"open_id":"ou_bot","activate_status":4}}}`, nil, "fail|version, default|the app does not work: a new version waits to be enabled|ask an administrator to enable it: https://open.larksuite.com/app/cli_"},
		{`{"ok":true,"data":{}}`, nil, "skip|bot, default|Lark's answer has no open id of the app's bot"},
		{`{"ok":false,"error":{"kind":"transport","msg":"calling Lark"}}`, nil, "look whether the function reaches https://open.larksuite.com"},
		{`{"ok":false,"error":{"kind":"permission","code":99991672}}`, nil, "publish a version of the app"},
		{`{"ok":false,"error":{"kind":"server"}}`, nil, "run doctor again; if it stays"},
		{`no`, nil, "fail|send, default|the answer of the function cannot be read|look whether larkbridge-send"},
		{``, &cloud.LambdaError{Status: 404}, "fail|send, default|there is no function larkbridge-send"},
		{``, &cloud.LambdaError{Status: 403}, "skip|send, default|you may not invoke larkbridge-send|your credentials need lambda:InvokeFunction"},
		{``, &cloud.LambdaError{Status: 200, Function: "Unhandled"}, "fail|send, default|the function failed (Unhandled)"},
		{``, &cloud.LambdaError{Status: 500}, "fail|send, default|Lambda answered 500"},
		{``, errors.New("no route"), "fail|send, default|no route"},
	} {
		fixture := newFixture(t, store.Documents{"default": settings(nil)})
		fixture.Send = function(func(name, payload string) (string, error) {
			if name != "larkbridge-send" || !strings.Contains(payload, `"app":"default"`) {
				t.Errorf("%s gets %s", name, payload)
			}
			answer, _ := larkAnswers(c.answer, allScopes)(name, payload)
			return answer, c.err
		})
		if bad := strings.Join(fixture.bad(t), "\n"); (bad == "") != (c.want == "") || !strings.Contains(bad, c.want) {
			t.Errorf("got %s, want %s", bad, c.want)
		}
	}
}

func TestFindingsOfScopes(t *testing.T) {
	for scopes, want := range map[string]string{
		allScopes: "",
		`{"ok":true,"data":{"scopes":[{"scope_name":"im:message:send_as_bot","grant_status":2}]}}`: "fail|scopes, default|the app lacks im:message:send_as_bot to send messages|add it under Permissions & Scopes and publish a version",
		`{"ok":true,"data":{"scopes":[{"scope_name":"im:message","grant_status":1}]}}`:             "skip|scopes, default|the app lacks im:resource to upload and download files|if it needs that, add it",
		`{"ok":false,"error":{"kind":"validation","code":212100,"msg":"app not install"}}`:         "skip|scopes, default|Lark did not say which scopes the app has: validation: app not install",
		`{"ok":true,"data":[]}`: "skip|scopes, default|Lark did not say which scopes the app has",
	} {
		fixture := newFixture(t, store.Documents{"default": settings(nil)})
		fixture.Send = function(larkAnswers(botInfo, scopes))
		if bad := strings.Join(fixture.bad(t), "\n"); (bad == "") != (want == "") || !strings.Contains(bad, want) {
			t.Errorf("%s: got %s, want %s", scopes, bad, want)
		}
	}
}

func TestAMarketplaceAppIsNotAskedToSend(t *testing.T) {
	docs := store.Documents{"default": settings(map[string]any{"type": "marketplace"})}
	c := newFixture(t, docs)
	c.docs, c.Send = docs, function(nil)
	if bad := c.bad(t); len(bad) != 1 || !strings.HasPrefix(bad[0], "skip|send, default") {
		t.Errorf("got %q, want one skipped check of send, default", bad)
	}
}
