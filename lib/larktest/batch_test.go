package larktest

import (
	"strings"
	"testing"
)

func TestBatchSend(t *testing.T) {
	post := func(tag string) object {
		return object{"post": object{"zh_cn": object{"content": []any{[]any{object{"tag": tag, "text": "x"}}}}}}
	}
	text, to := object{"text": "x"}, []string{"ou_1"}
	tests := []struct {
		name string
		body object
		code int
	}{
		{"text", object{"msg_type": "text", "content": text, "open_ids": to}, 0},
		{"post", object{"msg_type": "post", "content": post("text"), "open_ids": to}, 0},
		{"card", object{"msg_type": "interactive", "card": object{"elements": []any{}}, "open_ids": to}, 0},
		{"chat", object{"msg_type": "share_chat", "content": object{"share_chat_id": "oc_1"}, "open_ids": to}, 0},
		{"post with md", object{"msg_type": "post", "content": post("md"), "open_ids": to}, 11246},
		{"post not wrapped", object{"msg_type": "post", "content": post("text")["post"], "open_ids": to}, 11246},
		{"content as string", object{"msg_type": "text", "content": `{"text":"x"}`, "open_ids": to}, 11246},
		{"card in content", object{"msg_type": "interactive", "content": object{"elements": []any{}}, "open_ids": to}, 11246},
		{"too long", object{"msg_type": "text", "content": object{"text": strings.Repeat("x", 150<<10)}, "open_ids": to}, 11246},
		{"no receivers", object{"msg_type": "text", "content": text}, 10003},
		{"201 receivers", object{"msg_type": "text", "content": text, "user_ids": make([]string, 201)}, 10003},
		{"root department", object{"msg_type": "text", "content": text, "department_ids": []string{"0"}}, 10003},
		{"unknown type", object{"msg_type": "audio", "content": text, "open_ids": to}, 10003},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newFixture(t).post("/open-apis/message/v4/batch_send/", tt.body).want(tt.code)
			if r.status != 200 {
				t.Errorf("got HTTP %d, want 200", r.status)
			}
		})
	}
}

func TestBatchReachesEveryReceiver(t *testing.T) {
	b := newFixture(t)
	d := b.post("/open-apis/message/v4/batch_send/", object{
		"msg_type": "text", "content": object{"text": "x"},
		"open_ids": []string{"ou_1", "ou_2"}, "department_ids": []string{"od-1"},
	}).want(0).data()
	id := d.string("message_id")
	if !strings.HasPrefix(id, "bm-") || len(d.body["invalid_open_ids"].([]any)) != 0 {
		t.Errorf("got %v, want an id and no invalid receiver", d.body)
	}
	for _, to := range []string{"ou_1", "ou_2", "od-1"} {
		if m := b.Messages(to); len(m) != 1 || m[0].ID != id {
			t.Errorf("%s: got %+v, want the message %s", to, m, id)
		}
	}
	b.post("/open-apis/im/v1/messages/"+id+"/reply", object{"msg_type": "text", "content": `{"text":"x"}`}).want(99992354)
	b.edit(id, "text", `{"text":"x"}`).want(99992354)
}
