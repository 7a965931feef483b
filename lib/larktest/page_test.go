package larktest

import (
	"fmt"
	"slices"
	"testing"
)

func TestPagesAreComplete(t *testing.T) {
	b := newBench(t)
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
	b := newBench(t)
	for _, q := range []string{"page_size=0", "page_size=101", "page_size=x", "page_token=x", "page_token=" + pageToken(1)} {
		b.get("/open-apis/im/v1/chats?" + q).want(99992402)
	}
}
