package larktest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestErrorShape(t *testing.T) {
	b := newFixture(t)
	r := b.post("/open-apis/im/v1/messages", object{}).want(99992402)
	detail := r.body["error"].(object)
	if r.status != 400 || detail["log_id"] != r.header.Get("X-Tt-Logid") {
		t.Errorf("HTTP %d, %s", r.status, r.raw)
	}
	if !strings.Contains(detail["troubleshooter"].(string), "code=99992402") {
		t.Errorf("troubleshooter: %v", detail["troubleshooter"])
	}
	first := detail["field_violations"].([]any)[0].(object)
	if first["field"] != "receive_id_type" || !strings.Contains(first["description"].(string), "[open_id,union_id,user_id,email,chat_id]") {
		t.Errorf("violation: %v", first)
	}
	if _, ok := r.body["data"]; ok {
		t.Error("an error has data")
	}
}

func TestFlatAnswerHasNoData(t *testing.T) {
	r := newFixture(t).get("/open-apis/bot/v3/info").want(0)
	if _, ok := r.body["data"]; ok {
		t.Error("bot info has data")
	}
	if _, ok := r.body["bot"].(object); !ok {
		t.Errorf("no bot in %s", r.raw)
	}
}

func TestPagesAreComplete(t *testing.T) {
	b := newFixture(t)
	var want []string
	for i := range 5 {
		want = append(want, fmt.Sprintf("oc_%d", i))
		b.AddChat(want[i], "chat")
	}
	for _, size := range []int{1, 2, 5, 100} {
		var got []string
		token := ""
		for more := true; more; {
			d := b.get(fmt.Sprintf("/open-apis/im/v1/chats?page_size=%d&page_token=%s", size, token)).want(0).data()
			for _, it := range d.body["items"].([]any) {
				got = append(got, it.(object)["chat_id"].(string))
			}
			if more = d.body["has_more"].(bool); more {
				token = d.string("page_token")
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("page size %d: %v", size, got)
		}
	}
}

func TestPageRefusals(t *testing.T) {
	b := newFixture(t)
	for _, q := range []string{"page_size=0", "page_size=101", "page_size=x", "page_token=x", "page_token=" + pageToken(1)} {
		b.get("/open-apis/im/v1/chats?" + q).want(99992402)
	}
}
