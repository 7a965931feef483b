package larktest

import "testing"

func TestEphemeral(t *testing.T) {
	card := object{"config": object{"update_multi": true}, "elements": []any{}}
	tests := []struct {
		name string
		body object
		code int
	}{
		{"good", object{"chat_id": "oc_1", "open_id": "ou_1", "msg_type": "interactive", "card": card}, 0},
		{"no chat", object{"open_id": "ou_1", "msg_type": "interactive", "card": card}, 10003},
		{"no user", object{"chat_id": "oc_1", "msg_type": "interactive", "card": card}, 10003},
		{"text", object{"chat_id": "oc_1", "open_id": "ou_1", "msg_type": "text", "card": card}, 10003},
		{"no card", object{"chat_id": "oc_1", "open_id": "ou_1", "msg_type": "interactive"}, 10003},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			newFixture(t).post("/open-apis/ephemeral/v1/send", tt.body).want(tt.code)
		})
	}
}

func TestEphemeralLife(t *testing.T) {
	b := newFixture(t)
	id := b.post("/open-apis/ephemeral/v1/send", object{"chat_id": "oc_1", "email": "a@b.c", "msg_type": "interactive",
		"card": object{"config": object{"update_multi": true}, "elements": []any{}}}).want(0).data().string("message_id")
	b.patch(id, sharedCard).want(230001)
	b.post("/open-apis/ephemeral/v1/delete", object{"message_id": id}).want(0)
	b.post("/open-apis/ephemeral/v1/delete", object{"message_id": id}).want(10003)
	b.post("/open-apis/ephemeral/v1/delete", object{"message_id": b.send("oc_1", "x")}).want(10003)
	if m := b.Messages("oc_1")[0]; m.OnlyFor != "a@b.c" || !m.Recalled {
		t.Errorf("got %+v, want a message for a@b.c alone, recalled", m)
	}
}
