package operate_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/cloud"
	"github.com/larkbridge/larkbridge/lib/store"
)

func TestFindingsOfSend(t *testing.T) {
	for _, c := range []struct {
		answer string
		err    error
		want   string // "" for ok
	}{
		{`{"ok":true}`, nil, ""},
		{`{"ok":false,"error":{"kind":"validation","code":11205,"msg":"app do not have bot"}}`, nil, ""},
		{`{"ok":false,"error":{"kind":"auth","code":10014,"msg":"app secret invalid"}}`, nil, "fail|send, default|auth: app secret invalid (code 10014)|compare app_id"},
		{`{"ok":false,"error":{"kind":"transport","msg":"calling Lark"}}`, nil, "look whether the function reaches https://open.larksuite.com"},
		{`{"ok":false,"error":{"kind":"permission","code":99991672}}`, nil, "publish a version of the app"},
		{`{"ok":false,"error":{"kind":"server"}}`, nil, "run doctor again; if it stays"},
		{`no`, nil, "fail|send, default|the answer cannot be read"},
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
			return c.answer, c.err
		})
		if bad := strings.Join(fixture.bad(t), "\n"); (bad == "") != (c.want == "") || !strings.Contains(bad, c.want) {
			t.Errorf("got %s, want %s", bad, c.want)
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
