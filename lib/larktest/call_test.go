package larktest

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestCallsHoldNoSecrets(t *testing.T) {
	b := newFixture(t)
	ticket := b.IssueTicket("cli_m")
	b.marketplaceToken(ticket, "t1").want(0)
	hook := b.AddHook("hooksecret")
	b.post("/open-apis/bot/v2/hook/"+hook, signedText("hooksecret", b.clock.now())).want(0)
	update := b.Click("om_1", "ou_1")
	b.post("/open-apis/interactive/v1/card/update?access_token=qsecret", object{"token": update, "card": object{}})
	b.post("/open-apis/no/such", object{"list": []object{{"App_Secret": "deep"}}})

	raw, err := json.Marshal(b.Calls())
	if err != nil {
		t.Fatal(err)
	}
	sign := signedText("hooksecret", b.clock.now())["sign"].(string)
	for _, secret := range []string{`"s1"`, `"sm"`, ticket, b.token, hook, "hooksecret", sign, update, "qsecret", "deep"} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("got %s in the recorded calls, want no secret", secret)
		}
	}
}

func TestRecordedCall(t *testing.T) {
	b := newFixture(t)
	var seen RecordedCall
	b.OnCall(func(c RecordedCall) { seen = c })
	r := b.post("/open-apis/im/v1/messages?receive_id_type=chat_id", object{"receive_id": "oc_1", "msg_type": "text", "content": "no"}).want(230001)
	if seen.Method != "POST" || seen.Path != "/open-apis/im/v1/messages" || seen.Query != "receive_id_type=chat_id" ||
		seen.AppID != "cli_1" || seen.TenantKey != OwnTenant || seen.Status != 400 || seen.Code != 230001 ||
		seen.Msg != r.string("msg") || seen.LogID != r.header.Get("X-Tt-Logid") || !seen.Time.Equal(start) {
		t.Errorf("got %+v, want a refused call of cli_1 with code 230001", seen)
	}
	if string(seen.Body) != `{"content":"no","msg_type":"text","receive_id":"oc_1"}` {
		t.Errorf("got the body %s, want the one that was posted", seen.Body)
	}
}
