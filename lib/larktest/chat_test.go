package larktest

import "testing"

func TestChatMembers(t *testing.T) {
	b := newFixture(t)
	b.AddChat("oc_ops", "Ops room")
	if items := b.get("/open-apis/im/v1/chats/search?query=ops").want(0).data().body["items"].([]any); len(items) != 1 {
		t.Errorf("search: got %v, want the chat", items)
	}
	const path = "/open-apis/im/v1/chats/oc_ops/members"
	b.post(path, object{"id_list": []string{"ou_1", "ou_2", "ou_1"}}).want(0)
	b.call("DELETE", path, object{"id_list": []string{"ou_1"}}).want(0)
	list := b.get(path).want(0).data().body
	if items := list["items"].([]any); len(items) != 1 || items[0].(object)["member_id"] != "ou_2" || list["member_total"] != 1.0 {
		t.Errorf("got %v, want ou_2 alone", list)
	}
}
