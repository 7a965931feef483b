package larktest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestReaction(t *testing.T) {
	b := newBench(t)
	id := b.AddMessage(Message{MsgType: "text"})
	react := func(id, emoji string) reply {
		t.Helper()
		return b.post("/open-apis/im/v1/messages/"+id+"/reactions", object{"reaction_type": object{"emoji_type": emoji}})
	}
	d := react(id, "OK").want(0).data()
	if d.string("reaction_id") == "" || d.body["reaction_type"].(object)["emoji_type"] != "OK" {
		t.Errorf("got %v", d.body)
	}
	if m, _ := b.Message(id); !slices.Equal(m.Reactions, []string{"OK"}) {
		t.Errorf("reactions: %v", m.Reactions)
	}
	react(id, "").want(99992402)
	react("x", "OK").want(231003)
	react(b.AddMessage(Message{MsgType: "system"}), "OK").want(231017)
}

func TestUrgent(t *testing.T) {
	b := newBench(t)
	id := b.send("oc_1", "a")
	urge := func(kind, query string, users ...string) reply {
		t.Helper()
		return b.call("PATCH", "/open-apis/im/v1/messages/"+id+"/urgent_"+kind+query, object{"user_id_list": users})
	}
	for _, kind := range []string{"app", "sms", "phone"} {
		urge(kind, "?user_id_type=open_id", "ou_1").want(0)
	}
	urge("app", "", "ou_1").want(99992402)
	urge("app", "?user_id_type=open_id").want(99992402)
	urge("app", "?user_id_type=open_id", make([]string, 201)...).want(99992402)
	if m, _ := b.Message(id); len(m.Urgent) != 3 || m.Urgent[2].Kind != "phone" || m.Urgent[2].Users[0] != "ou_1" {
		t.Errorf("got %+v", m.Urgent)
	}
	b.token = b.tenantToken("cli_2", "s2")
	urge("app", "?user_id_type=open_id", "ou_1").want(230012)
}

func TestReadUsers(t *testing.T) {
	b := newBench(t)
	id := b.send("oc_1", "a")
	b.MarkRead(id, "ou_1", "ou_2", "ou_3")
	path := "/open-apis/im/v1/messages/" + id + "/read_users?user_id_type=open_id&page_size=2"
	d := b.get(path).want(0).data()
	if items := d.body["items"].([]any); len(items) != 2 || items[0].(object)["user_id"] != "ou_1" || d.body["has_more"] != true {
		t.Errorf("got %v", d.body)
	}
	b.get("/open-apis/im/v1/messages/" + id + "/read_users").want(99992402)
	b.clock.advance(readLife + time.Second)
	b.token = b.tenantToken("cli_1", "s1")
	b.get(path).want(230033)
}

func TestFollowUp(t *testing.T) {
	b := newBench(t)
	follow := func(id string, texts ...string) reply {
		t.Helper()
		var ups []object
		for _, s := range texts {
			ups = append(ups, object{"content": s})
		}
		return b.post("/open-apis/im/v1/messages/"+id+"/push_follow_up", object{"follow_ups": ups})
	}
	toUser := func() string {
		return b.post("/open-apis/im/v1/messages?receive_id_type=open_id",
			object{"receive_id": "ou_1", "msg_type": "text", "content": `{"text":"x"}`}).want(0).data().string("message_id")
	}
	old, id := toUser(), toUser()
	follow(old, "a").want(230006)
	follow(id, "a", "b", "c", "d").want(230007)
	follow(id, strings.Repeat("x", 201)).want(230007)
	follow(id).want(230007)
	follow(b.send("oc_1", "x"), "a").want(230003)
	follow(id, "a", "b").want(0)
	follow(id, "a").want(230008)
	b.clock.advance(followUpLife + time.Second)
	follow(id, "a").want(230002)
	if m, _ := b.Message(id); !slices.Equal(m.FollowUps, []string{"a", "b"}) {
		t.Errorf("follow ups: %v", m.FollowUps)
	}
}
