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
		t.Errorf("got %v", d.body)
	}
	if m, _ := b.Message(id); !slices.Equal(m.Reactions, []string{"OK"}) {
		t.Errorf("reactions: %v", m.Reactions)
	}
	react(id, "").want(99992402)
	react("x", "OK").want(231003)
	react(b.AddMessage(Message{MsgType: "system"}), "OK").want(231017)
}
