package larktest

import "testing"

func TestUrgent(t *testing.T) {
	b := newFixture(t)
	id := b.send("oc_1", "a")
	sendUrgent := func(kind, query string, users ...string) reply {
		t.Helper()
		return b.call("PATCH", "/open-apis/im/v1/messages/"+id+"/urgent_"+kind+query, object{"user_id_list": users})
	}
	for _, kind := range []string{"app", "sms", "phone"} {
		sendUrgent(kind, "?user_id_type=open_id", "ou_1").want(0)
	}
	sendUrgent("app", "", "ou_1").want(99992402)
	sendUrgent("app", "?user_id_type=open_id").want(99992402)
	sendUrgent("app", "?user_id_type=open_id", make([]string, 201)...).want(99992402)
	if m, _ := b.Message(id); len(m.Urgent) != 3 || m.Urgent[2].Kind != "phone" || m.Urgent[2].Users[0] != "ou_1" {
		t.Errorf("got %+v, want three, the last by phone to ou_1", m.Urgent)
	}
	b.token = b.tenantToken("cli_2", "s2")
	sendUrgent("app", "?user_id_type=open_id", "ou_1").want(230012)
}
