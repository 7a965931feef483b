package larktest

import "testing"

func TestForward(t *testing.T) {
	b := newFixture(t)
	id := b.send("oc_1", "a")
	forward := func(id, to, uuid string) reply {
		t.Helper()
		return b.post("/open-apis/im/v1/messages/"+id+"/forward?receive_id_type=open_id&uuid="+uuid, object{"receive_id": to})
	}
	first := forward(id, "ou_1", "u").want(0).data().string("message_id")
	if second := forward(id, "ou_1", "u").want(0).data().string("message_id"); second != first {
		t.Errorf("got the message %s for the same uuid, want %s", second, first)
	}
	forward(id, "ou_2", "u").want(0)
	if one, two := b.Messages("ou_1"), b.Messages("ou_2"); len(one) != 1 || len(two) != 1 || one[0].Content != `{"text":"a"}` {
		t.Errorf("got %+v, %+v, want one message in each chat", one, two)
	}
	forward(id, "oc_1", "").want(230034)
	forward("om_none", "ou_1", "").want(230064)
	b.call("DELETE", "/open-apis/im/v1/messages/"+id, nil).want(0)
	forward(id, "ou_1", "").want(230065)
	forward(b.AddMessage(Message{MsgType: "audio"}), "ou_1", "").want(230061)
}

func TestMergeForward(t *testing.T) {
	b := newFixture(t)
	merge := func(messageIDs ...string) reply {
		t.Helper()
		return b.post("/open-apis/im/v1/messages/merge_forward?receive_id_type=chat_id",
			object{"receive_id": "oc_9", "message_id_list": messageIDs})
	}
	one, two, other := b.send("oc_1", "a"), b.send("oc_1", "b"), b.send("oc_2", "c")
	d := merge(one, two, "om_none").want(0).data()
	if invalid := d.body["invalid_message_id_list"].([]any); len(invalid) != 1 || invalid[0] != "om_none" {
		t.Errorf("got the invalid ids %v, want om_none", invalid)
	}
	if m := b.Messages("oc_9"); len(m) != 1 || m[0].MsgType != "merge_forward" {
		t.Errorf("got %+v, want one merge_forward", m)
	}
	merge().want(99992402)
	merge(make([]string, 101)...).want(99992402)
	merge("om_none").want(230064)
	merge(one, other).want(230069)
	b.call("DELETE", "/open-apis/im/v1/messages/"+one, nil).want(0)
	merge(one).want(230065)
}
