package larktest

import (
	"testing"
	"time"
)

const sharedCard = `{"config":{"update_multi":true},"elements":[]}`

func (b *fixture) edit(id, msgType, content string) reply {
	b.t.Helper()
	return b.call("PUT", "/open-apis/im/v1/messages/"+id, object{"msg_type": msgType, "content": content})
}

func (b *fixture) patch(id, content string) reply {
	b.t.Helper()
	return b.call("PATCH", "/open-apis/im/v1/messages/"+id, object{"content": content})
}

func TestEdit(t *testing.T) {
	b := newFixture(t)
	id := b.send("oc_1", "a")
	for range 20 {
		b.edit(id, "text", `{"text":"b"}`).want(0)
	}
	b.edit(id, "text", `{"text":"c"}`).want(230072)
	if m := b.Messages("oc_1")[0]; m.Edited != 20 || m.Content != `{"text":"b"}` {
		t.Errorf("got %+v, want 20 edits and the content b", m)
	}
	card := b.sendCard(sharedCard)
	b.edit(card, "text", `{"text":"b"}`).want(230054)
	b.edit(id, "interactive", sharedCard).want(99992402)
	b.edit("om_none", "text", `{"text":"b"}`).want(99992354)
	b.token = b.tenantToken("cli_2", "s2")
	b.edit(id, "text", `{"text":"b"}`).want(230071)
}

func TestPatchCard(t *testing.T) {
	b := newFixture(t)
	const next = `{"config":{"update_multi":true},"elements":[{"tag":"hr"}]}`
	id := b.sendCard(sharedCard)
	b.patch(id, next).want(0)
	if c, ok := b.Card(id); !ok || string(c) != next {
		t.Errorf("got the card %s, want %s", c, next)
	}
	b.patch(id, `{"elements":[]}`).want(230001)
	b.patch(b.sendCard(`{"elements":[]}`), next).want(230001)
	b.patch(id, `{}`).want(230099)
	b.patch(b.send("oc_1", "x"), next).want(230001)
	b.clock.advance(14 * 24 * time.Hour)
	b.token = b.tenantToken("cli_1", "s1")
	b.patch(id, next).want(0)
	b.clock.advance(time.Second)
	b.patch(id, next).want(230031)
	b.token = b.tenantToken("cli_2", "s2")
	b.patch(id, next).want(230027)
	if _, ok := b.Card("om_none"); ok {
		t.Error("got a card that nobody sent, want none")
	}
}

func TestRecall(t *testing.T) {
	b := newFixture(t)
	path := "/open-apis/im/v1/messages/"
	id := b.send("oc_1", "a")
	own := b.token
	b.token = b.tenantToken("cli_2", "s2")
	b.call("DELETE", path+id, nil).want(230026)
	b.token = own
	b.call("DELETE", path+id, nil).want(0)
	b.call("DELETE", path+id, nil).want(230011)
	b.edit(id, "text", `{"text":"b"}`).want(230011)
	b.post(path+id+"/reply", object{"msg_type": "text", "content": `{"text":"x"}`}).want(230011)
	if m := b.Messages("oc_1"); len(m) != 1 || !m[0].Recalled {
		t.Errorf("got %+v, want one recalled message", m)
	}
}
