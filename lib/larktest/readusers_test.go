package larktest

import (
	"testing"
	"time"
)

func TestReadUsers(t *testing.T) {
	b := newFixture(t)
	id := b.send("oc_1", "a")
	b.MarkRead(id, "ou_1", "ou_2", "ou_3")
	path := "/open-apis/im/v1/messages/" + id + "/read_users?user_id_type=open_id&page_size=2"
	d := b.get(path).want(0).data()
	if items := d.body["items"].([]any); len(items) != 2 || items[0].(object)["user_id"] != "ou_1" || d.body["has_more"] != true {
		t.Errorf("got %v, want two users, the first of them ou_1, and more", d.body)
	}
	b.get("/open-apis/im/v1/messages/" + id + "/read_users").want(99992402)
	b.clock.advance(7 * 24 * time.Hour)
	b.token = b.tenantToken("cli_1", "s1")
	b.get(path).want(0)
	b.clock.advance(time.Second)
	b.get(path).want(230033)
}
