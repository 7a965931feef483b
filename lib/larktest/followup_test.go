package larktest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFollowUp(t *testing.T) {
	b := newFixture(t)
	follow := func(id string, texts ...string) reply {
		t.Helper()
		var followUps []object
		for _, s := range texts {
			followUps = append(followUps, object{"content": s})
		}
		return b.post("/open-apis/im/v1/messages/"+id+"/push_follow_up", object{"follow_ups": followUps})
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
	b.clock.advance(10 * time.Minute)
	follow(id, "a", "b").want(0)
	follow(id, "a").want(230008)
	b.clock.advance(time.Second)
	follow(id, "a").want(230002)
	if m, _ := b.Message(id); !slices.Equal(m.FollowUps, []string{"a", "b"}) {
		t.Errorf("got the follow-ups %v, want a and b", m.FollowUps)
	}
}
