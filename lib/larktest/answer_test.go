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
		t.Errorf("got HTTP %d, %s, want HTTP 400 and the log id of the header", r.status, r.raw)
	}
	if !strings.Contains(detail["troubleshooter"].(string), "code=99992402") {
		t.Errorf("got the troubleshooter %v, want the code in it", detail["troubleshooter"])
	}
	first := detail["field_violations"].([]any)[0].(object)
	if first["field"] != "receive_id_type" || !strings.Contains(first["description"].(string), "[open_id,union_id,user_id,email,chat_id]") {
		t.Errorf("got the violation %v, want receive_id_type and its options", first)
	}
	if _, ok := r.body["data"]; ok {
		t.Errorf("got %s, want no field data", r.raw)
	}
}

func TestBotInfoHasNoDataField(t *testing.T) {
	r := newFixture(t).get("/open-apis/bot/v3/info").want(0)
	if _, ok := r.body["data"]; ok {
		t.Errorf("got %s, want no field data", r.raw)
	}
	if _, ok := r.body["bot"].(object); !ok {
		t.Errorf("got %s, want a field bot", r.raw)
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
			t.Errorf("page size %d: got %v, want %v", size, got, want)
		}
	}
}

func TestPageRefusals(t *testing.T) {
	b := newFixture(t)
	for _, q := range []string{"page_size=0", "page_size=101", "page_size=x", "page_token=x", "page_token=" + pageToken(1)} {
		b.get("/open-apis/im/v1/chats?" + q).want(99992402)
	}
}
