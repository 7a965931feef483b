package request

import (
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// oneCall is a request that makes one call, as Lark gets it.
type oneCall struct {
	name, doc string
	want      received // its path is below im/v1/messages
	target    string
	repeats   bool
}

func checkCalls(t *testing.T, list []oneCall) {
	t.Helper()
	for _, c := range list {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			p, err := f.plan(c.doc)
			if err != nil {
				t.Fatal(err)
			}
			if p.Target != c.target || p.MayRepeat != c.repeats {
				t.Errorf("got target %q, repeats %v", p.Target, p.MayRepeat)
			}
			c.want.Path = "/open-apis/im/v1/messages" + c.want.Path
			diff(t, c.want, f.sent(c.doc))
		})
	}
}

func TestEditCalls(t *testing.T) {
	checkCalls(t, []oneCall{
		{"edit text", `{"edit":{"message_id":"om_1","text":"a"}}`,
			received{"PUT", "/om_1", "", `{"msg_type":"text","content":"{\"text\":\"a\"}"}`}, "message om_1", false},
		{"edit post", `{"edit":{"message_id":"om_1","post":{"zh_cn":{}}}}`,
			received{"PUT", "/om_1", "", `{"msg_type":"post","content":"{\"zh_cn\":{}}"}`}, "message om_1", false},
		{"edit markdown", `{"edit":{"message_id":"om_1","markdown":"a"}}`,
			received{"PUT", "/om_1", "", `{"msg_type":"post","content":"{\"zh_cn\":{\"content\":[[{\"tag\":\"md\",\"text\":\"a\"}]]}}"}`}, "message om_1", false},
		{"edit raw", `{"edit":{"message_id":"om_1","msg_type":"text","content":{"text":"a"}}}`,
			received{"PUT", "/om_1", "", `{"msg_type":"text","content":"{\"text\":\"a\"}"}`}, "message om_1", false},
		{"recall", `{"recall":{"message_id":"om_1"}}`, received{"DELETE", "/om_1", "", ""}, "message om_1", false},
		{"react", `{"react":{"message_id":"om_1","emoji":"SMILE"}}`,
			received{"POST", "/om_1/reactions", "", `{"reaction_type":{"emoji_type":"SMILE"}}`}, "message om_1", false},
		{"unreact", `{"unreact":{"message_id":"om_1","reaction_id":"Z/1"}}`, received{"DELETE", "/om_1/reactions/Z%2F1", "", ""}, "message om_1", false},
		{"get_message", `{"get_message":{"message_id":"om_1"}}`, received{"GET", "/om_1", "user_id_type=open_id", ""}, "", false},
		{"get_message with other ids", `{"get_message":{"message_id":"om_1","user_id_type":"user_id"}}`, received{"GET", "/om_1", "user_id_type=user_id", ""}, "", false},
	})
}

func TestForwardCalls(t *testing.T) {
	users := strings.Repeat(`"ou_1",`, 200-1) + `"ou_1"`
	checkCalls(t, []oneCall{
		{"forward", `{"forward":{"message_id":"om_1","to":{"email":"a@b.c"}}}`,
			received{"POST", "/om_1/forward", "receive_id_type=email&uuid=uuid1", `{"receive_id":"a@b.c"}`}, "email a@b.c", false},
		{"merge forward", `{"forward":{"message_ids":["om_1","om_2"],"to":{"chat_id":"oc_1"}}}`,
			received{"POST", "/merge_forward", "receive_id_type=chat_id&uuid=uuid1", `{"message_id_list":["om_1","om_2"],"receive_id":"oc_1"}`}, "chat_id oc_1", false},
		{"urgent", `{"urgent":{"message_id":"om_1","user_ids":["ou_1"]}}`,
			received{"PATCH", "/om_1/urgent_app", "user_id_type=open_id", `{"user_id_list":["ou_1"]}`}, "message om_1", true},
		{"urgent by phone", `{"urgent":{"message_id":"om_1","user_ids":["7c"],"how":"phone","user_id_type":"user_id"}}`,
			received{"PATCH", "/om_1/urgent_phone", "user_id_type=user_id", `{"user_id_list":["7c"]}`}, "message om_1", true},
		{"urgent for 200", `{"urgent":{"message_id":"om_1","user_ids":[` + users + `],"how":"sms"}}`,
			received{"PATCH", "/om_1/urgent_sms", "user_id_type=open_id", `{"user_id_list":[` + users + `]}`}, "message om_1", true},
		{"card by message", `{"update_card":{"message_id":"om_1","card":{"elements": []}}}`,
			received{"PATCH", "/om_1", "", `{"content":"{\"elements\":[]}"}`}, "message om_1", false},
		{"reply's card by message", `{"update_card":{"message_id":"om_1","card":{"type":"raw","data":{"elements":[]}}}}`,
			received{"PATCH", "/om_1", "", `{"content":"{\"elements\":[]}"}`}, "message om_1", false},
	})
}

func TestUpdateCardByToken(t *testing.T) {
	for _, c := range []struct{ name, card, want string }{
		{"card", `{"elements": [ ], "n": 12345678901234567890}`, `{"elements":[],"n":12345678901234567890}`},
		{"reply's card", `{"type":"raw","data":{"elements":[]}}`, `{"elements":[]}`},
		{"template", `{"type":"template","data":{"template_id":"A"}}`, `{"type":"template","data":{"template_id":"A"}}`},
		{"raw without data", `{"type":"raw"}`, `{"type":"raw"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			doc := `{"update_card":{"token":"c-secret","card":` + c.card + `}}`
			p, err := f.plan(doc)
			if err != nil {
				t.Fatal(err)
			}
			if !p.MayRepeat || !strings.HasPrefix(p.Target, "card ") || strings.Contains(p.Target, "c-secret") {
				t.Errorf("got target %q, repeats %v", p.Target, p.MayRepeat)
			}
			diff(t, received{"POST", "/open-apis/interactive/v1/card/update", "", `{"card":` + c.want + `,"token":"c-secret"}`}, f.sent(doc))
		})
	}
}

func TestReadUsers(t *testing.T) {
	f := newFixture(t)
	f.reply = pagesReply
	res, err := f.run(`{"read_users":{"message_id":"om_1"}}`)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, []received{
		{"GET", "/open-apis/im/v1/messages/om_1/read_users", "page_size=100&user_id_type=open_id", ""},
		{"GET", "/open-apis/im/v1/messages/om_1/read_users", "page_size=100&page_token=p2&user_id_type=open_id", ""},
	}, f.calls)
	diff(t, `{"has_more":false,"items":[1,2],"page_token":""}`, string(res.Data))

	got := f.sent(`{"read_users":{"message_id":"om_1","user_id_type":"union_id","page_size":7,"page_token":"p2"}}`)
	diff(t, "page_size=7&page_token=p2&user_id_type=union_id", got.Query)
}

func TestTenantKeyOfTheRequest(t *testing.T) {
	for _, doc := range []string{
		`{"message":{"to":{"chat_id":"oc_1"},"text":"a"},"tenant_key":"tk"}`,
		`{"recall":{"message_id":"om_1"},"tenant_key":"tk"}`,
		`{"read_users":{"message_id":"om_1"},"tenant_key":"tk"}`,
		`{"upload":{"image":{"base64":"YQ=="}},"tenant_key":"tk"}`,
		`{"download":{"file_key":"f","to":"s3://bkt/k"},"tenant_key":"tk"}`,
		`{"request":{"method":"GET","path":"a"},"tenant_key":"tk"}`,
		`{"request":{"method":"GET","path":"a","tenant_key":"tk"},"tenant_key":"other"}`,
	} {
		f := newFixtureOf(t, lark.Marketplace)
		_, _ = f.run(doc) // not every answer fits
		diff(t, []string{"tk"}, f.tenants)
	}
}
