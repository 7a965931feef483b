package larktest

import (
	"strings"
	"testing"
	"time"
)

func TestSendRefusals(t *testing.T) {
	const text = `{"text":"x"}`
	tests := []struct {
		name, idType string
		body         object
		code         int
	}{
		{"no id type", "", object{"receive_id": "oc_1", "msg_type": "text", "content": text}, 99992402},
		{"unknown id type", "phone", object{"receive_id": "oc_1", "msg_type": "text", "content": text}, 99992402},
		{"no receiver", "chat_id", object{"msg_type": "text", "content": text}, 99992402},
		{"unknown type", "chat_id", object{"receive_id": "oc_1", "msg_type": "html", "content": text}, 99992402},
		{"no content", "chat_id", object{"receive_id": "oc_1", "msg_type": "text"}, 99992402},
		{"content as object", "chat_id", object{"receive_id": "oc_1", "msg_type": "text", "content": object{"text": "x"}}, 9499},
		{"long uuid", "chat_id", object{"receive_id": "oc_1", "msg_type": "text", "content": text, "uuid": strings.Repeat("é", 51)}, 99992402},
		{"user for chat", "chat_id", object{"receive_id": "ou_1", "msg_type": "text", "content": text}, 230034},
		{"name for email", "email", object{"receive_id": "tom", "msg_type": "text", "content": text}, 230034},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newFixture(t)
			b.post("/open-apis/im/v1/messages?receive_id_type="+tt.idType, tt.body).want(tt.code)
			if len(b.Messages("")) != 0 {
				t.Errorf("got the messages %+v, want none", b.Messages(""))
			}
		})
	}
}

func TestSendToEveryKindOfReceiver(t *testing.T) {
	b := newFixture(t)
	for idType, id := range map[string]string{"open_id": "ou_1", "union_id": "on_1", "user_id": "7c", "email": "a@b.c", "chat_id": "oc_1"} {
		r := b.post("/open-apis/im/v1/messages?receive_id_type="+idType,
			object{"receive_id": id, "msg_type": "text", "content": `{"text":"x"}`, "uuid": strings.Repeat("é", 48) + idType[:2]})
		if chat := r.want(0).data().string("chat_id"); !strings.HasPrefix(chat, "oc_") {
			t.Errorf("got the chat_id %s, want oc_ before it", chat)
		}
		if m := b.Messages(id); len(m) != 1 || m[0].ReceiveIDType != idType {
			t.Errorf("%s: got %+v, want one message", idType, m)
		}
	}
}

func TestSizes(t *testing.T) {
	text := func(n int) string { return `{"text":"` + strings.Repeat("x", n) + `"}` }
	card := func(n int) string { return `{"elements":[],"x":"` + strings.Repeat("x", n) + `"}` }
	tests := []struct {
		name, msgType, content string
		code                   int
	}{
		{"text below 150 KB", "text", text(149 << 10), 0},
		{"text over 150 KB", "text", text(150 << 10), 230025},
		{"card below 30 KB", "interactive", card(29 << 10), 0},
		{"card over 30 KB", "interactive", card(30 << 10), 230025},
		{"post over 30 KB", "post", text(30 << 10), 230025},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			newFixture(t).sendRaw("oc_1", tt.msgType, tt.content).want(tt.code)
		})
	}
}

func TestUUIDStandsForOneMessageAnHour(t *testing.T) {
	b := newFixture(t)
	send := func(text string) string {
		return b.post("/open-apis/im/v1/messages?receive_id_type=chat_id",
			object{"receive_id": "oc_1", "msg_type": "text", "content": `{"text":"` + text + `"}`, "uuid": "u"}).
			want(0).data().string("message_id")
	}
	first := send("a")
	b.clock.advance(time.Hour - time.Second)
	if second := send("b"); second != first || len(b.Messages("")) != 1 {
		t.Errorf("within an hour: got %s of %d messages, want %s of 1", second, len(b.Messages("")), first)
	}
	b.clock.advance(time.Second)
	if third := send("c"); third == first || len(b.Messages("")) != 2 {
		t.Errorf("after an hour: got %s of %d messages, want another one of 2", third, len(b.Messages("")))
	}
	b.token = b.tenantToken("cli_2", "s2")
	send("d")
	if n := len(b.Messages("")); n != 3 {
		t.Errorf("from another app: got %d messages, want 3", n)
	}
}

func TestChatLimit(t *testing.T) {
	b := newFixture(t, WithChatLimit(2))
	b.send("oc_1", "a")
	b.send("oc_1", "b")
	b.sendRaw("oc_1", "text", `{"text":"c"}`).want(230020)
	b.send("oc_2", "other chats are free")
	b.clock.advance(999 * time.Millisecond)
	b.sendRaw("oc_1", "text", `{"text":"c"}`).want(230020)
	b.clock.advance(time.Millisecond)
	b.send("oc_1", "c")
}

func TestReply(t *testing.T) {
	b := newFixture(t)
	reply := func(id string, thread bool) Message {
		t.Helper()
		got := b.post("/open-apis/im/v1/messages/"+id+"/reply",
			object{"msg_type": "text", "content": `{"text":"x"}`, "reply_in_thread": thread}).want(0).data().string("message_id")
		m, _ := b.Message(got)
		return m
	}
	root := b.AddMessage(Message{ReceiveID: "oc_1", ReceiveIDType: "chat_id", MsgType: "text", Content: `{}`})
	one := reply(root, false)
	if one.ReceiveID != "oc_1" || one.ParentID != root || one.RootID != root || one.ThreadID != "" {
		t.Errorf("got %+v, want a reply in oc_1 to the root, in no thread", one)
	}
	two := reply(one.ID, true)
	if two.ParentID != one.ID || two.RootID != root || !two.InThread || !strings.HasPrefix(two.ThreadID, "omt_") {
		t.Errorf("got %+v, want a reply in a thread to the first one, of the same root", two)
	}
	if three := reply(two.ID, false); three.ThreadID != two.ThreadID || !three.InThread {
		t.Errorf("got %+v, want a reply in the thread %s", three, two.ThreadID)
	}
	if unknown := reply("om_never_seen", false); unknown.ParentID != "om_never_seen" {
		t.Errorf("got %+v, want a reply to om_never_seen", unknown)
	}
	b.post("/open-apis/im/v1/messages/x/reply", object{"msg_type": "text", "content": `{"text":"x"}`}).want(99992354)
}
