package larktest

import (
	"slices"
	"testing"
)

func TestReaction(t *testing.T) {
	b := newFixture(t)
	id := b.AddMessage(Message{MsgType: "text"})
	react := func(id, emoji string) reply {
		t.Helper()
		return b.post("/open-apis/im/v1/messages/"+id+"/reactions", object{"reaction_type": object{"emoji_type": emoji}})
	}
	d := react(id, "OK").want(0).data()
	if d.string("reaction_id") == "" || d.body["reaction_type"].(object)["emoji_type"] != "OK" {
		t.Errorf("got %v, want an id and the emoji OK", d.body)
	}
	if m, _ := b.Message(id); !slices.Equal(m.Reactions, []string{"OK"}) {
		t.Errorf("got the reactions %v, want OK", m.Reactions)
	}
	remove := func(message, reaction string) reply {
		t.Helper()
		return b.call("DELETE", "/open-apis/im/v1/messages/"+message+"/reactions/"+reaction, nil)
	}
	remove("om_other", d.string("reaction_id")).want(231003)
	remove(id, d.string("reaction_id")).want(0)
	remove(id, d.string("reaction_id")).want(231003)
	if m, _ := b.Message(id); len(m.Reactions) != 0 {
		t.Errorf("after the removal: got reactions %v, want none", m.Reactions)
	}
	react(id, "").want(99992402)
	react("x", "OK").want(231003)
	react(b.AddMessage(Message{MsgType: "system"}), "OK").want(231017)
}
