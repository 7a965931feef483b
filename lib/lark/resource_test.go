package lark_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
)

func TestResources(t *testing.T) {
	for _, tt := range []struct {
		kind, content string
		want          []lark.Resource
	}{
		{"image", `{"image_key":"img_1"}`, []lark.Resource{{Type: "image", Key: "img_1"}}},
		{"file", `{"file_key":"f","file_name":"a \"b\".pdf"}`, []lark.Resource{{Type: "file", Key: "f", Name: `a "b".pdf`}}},
		{"post", `{"title":"t","content":[[{"tag":"img","image_key":"img_a"},{"tag":"text","text":"x"}],[{"tag":"media","file_key":"f_b","image_key":"img_b"}]]}`,
			[]lark.Resource{{Type: "image", Key: "img_a"}, {Type: "media", Key: "f_b"}}},
		{"text", `{"text":"x"}`, nil},
		{"file", `{"file_key":7}`, nil},
		{"file", `{"file_key":"f`, nil},
		{"", ``, nil},
	} {
		quoted, err := json.Marshal(tt.content)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, lark.Resources(tt.kind, quoted)); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.kind, tt.content, diff)
		}
	}
	if got := lark.Resources("image", nil); got != nil {
		t.Errorf("without content: got %v, want none", got)
	}
}
