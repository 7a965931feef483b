package larktest

import "testing"

func TestMessageData(t *testing.T) {
	b := newFixture(t)
	d := b.sendRaw("oc_1", "text", `{"text":"x"}`).want(0).data()
	if d.string("chat_id") != "oc_1" || d.string("create_time") != "1767323045000" || d.string("msg_type") != "text" {
		t.Errorf("got %v, want a text in oc_1 of 1767323045000", d.body)
	}
	sender := d.body["sender"].(object)
	if sender["id"] != "cli_1" || sender["sender_type"] != "app" || sender["tenant_key"] != OwnTenant {
		t.Errorf("got the sender %v, want the app cli_1 of the tenant %s", sender, OwnTenant)
	}
	if d.body["body"].(object)["content"] != `{"text":"x"}` || d.body["deleted"] != false {
		t.Errorf("got %v, want the content x, not deleted", d.body)
	}
}

func TestMessagesByReceiver(t *testing.T) {
	b := newFixture(t)
	b.send("oc_1", "a")
	b.send("oc_2", "b")
	b.send("oc_1", "c")
	b.AddMessage(Message{ReceiveID: "oc_1", MsgType: "text"})
	for receiver, n := range map[string]int{"": 3, "oc_1": 2, "oc_2": 1, "oc_3": 0} {
		if got := len(b.Messages(receiver)); got != n {
			t.Errorf("%q: got %d messages, want %d", receiver, got, n)
		}
	}
	if m := b.Messages("oc_1")[1]; m.Content != `{"text":"c"}` {
		t.Errorf("got %+v as the second message, want the content c", m)
	}
}

func TestMessageIsACopy(t *testing.T) {
	b := newFixture(t)
	id := b.AddMessage(Message{ID: "om_user", Reactions: []string{"OK"}})
	m, ok := b.Message(id)
	if !ok {
		t.Fatalf("got no message %s, want one", id)
	}
	m.Reactions[0] = "changed"
	if stored, _ := b.Message(id); stored.Reactions[0] != "OK" {
		t.Errorf("got the reaction %s after the caller changed its copy, want OK", stored.Reactions[0])
	}
	if _, ok := b.Message("om_none"); ok {
		t.Error("got a message that nobody sent, want none")
	}
}

func TestGetMessage(t *testing.T) {
	b := newFixture(t)
	id := b.send("oc_1", "hi")
	d := b.get("/open-apis/im/v1/messages/" + id).want(0).data()
	items, _ := d.body["items"].([]any)
	if len(items) != 1 || items[0].(object)["message_id"] != id {
		t.Errorf("got %v, want the message %s", d.body, id)
	}
	b.get("/open-apis/im/v1/messages/om_other").want(99992354)
}

func TestHistoryHasTheMessagesOfUsers(t *testing.T) {
	p := New()
	id := p.AddMessage(Message{ReceiveID: "oc_1", ReceiveIDType: "chat_id", MsgType: "text", SenderID: "ou_1"})
	if got := p.History(); len(got) != 1 || got[0].ID != id || got[0].SenderID != "ou_1" {
		t.Errorf("got %+v, want the message of ou_1", got)
	}
	if got := p.Messages(""); len(got) != 0 {
		t.Errorf("got %+v, want no message that was sent to a user", got)
	}
}
