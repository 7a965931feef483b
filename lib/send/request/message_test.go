package request

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMessageContent(t *testing.T) {
	for _, c := range []struct{ name, fields, kind, content string }{
		{"text", `"text":"a <b> & \"c\""`, "text", `{"text":"a <b> & \"c\""}`},
		{"post", `"post":{"en_us": {"content": [[{"tag":"hr"}]]}}`, "post", `{"en_us":{"content":[[{"tag":"hr"}]]}}`},
		{"markdown", `"markdown":"**a**"`, "post", `{"zh_cn":{"content":[[{"tag":"md","text":"**a**"}]]}}`},
		{"markdown as a card", `"markdown":"# a"`, "interactive", `{"body":{"elements":[{"tag":"markdown","content":"# a"}]},"schema":"2.0"}`},
		{"card", `"card":{"elements":[],"id":12345678901234567890}`, "interactive", `{"elements":[],"id":12345678901234567890}`},
		{"template", `"template":{"template_id":"A"}`, "interactive", `{"type":"template","data":{"template_id":"A"}}`},
		{"image", `"image":"img_1"`, "image", `{"image_key":"img_1"}`},
		{"file", `"file":"file_1"`, "file", `{"file_key":"file_1"}`},
		{"audio", `"audio":"file_1"`, "audio", `{"file_key":"file_1"}`},
		{"media", `"media":{"file_key":"file_1"}`, "media", `{"file_key":"file_1"}`},
		{"media with an image", `"media":{"file_key":"file_1","image_key":"img_1"}`, "media", `{"file_key":"file_1","image_key":"img_1"}`},
		{"sticker", `"sticker":"file_1"`, "sticker", `{"file_key":"file_1"}`},
		{"share_chat", `"share_chat":"oc_2"`, "share_chat", `{"chat_id":"oc_2"}`},
		{"share_user", `"share_user":"ou_2"`, "share_user", `{"user_id":"ou_2"}`},
		{"raw", `"msg_type":"system","content":{"type":"divider"}`, "system", `{"type":"divider"}`},
		{"null is none", `"text":"a","post":null,"msg_type":null`, "text", `{"text":"a"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := newFixture(t).sent(`{"message":{"to":{"chat_id":"oc_1"},` + c.fields + `}}`)
			body, err := json.Marshal(c.content)
			if err != nil {
				t.Fatal(err)
			}
			body = []byte(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(body)))
			diff(t, received{"POST", "/open-apis/im/v1/messages", "receive_id_type=chat_id",
				`{"receive_id":"oc_1","msg_type":"` + c.kind + `","content":` + string(body) + `,"uuid":"uuid1"}`}, got)
		})
	}
}

func TestMessageTarget(t *testing.T) {
	const body = `"msg_type":"text","content":"{\"text\":\"a\"}"`
	for _, c := range []struct{ to, target, path, query, body string }{
		{`"to":{"chat_id":"oc_1"}`, "chat_id oc_1", "", "receive_id_type=chat_id", `{"receive_id":"oc_1",` + body + `,"uuid":"uuid1"}`},
		{`"to":{"open_id":"ou_1"}`, "open_id ou_1", "", "receive_id_type=open_id", `{"receive_id":"ou_1",` + body + `,"uuid":"uuid1"}`},
		{`"to":{"user_id":"7c"}`, "user_id 7c", "", "receive_id_type=user_id", `{"receive_id":"7c",` + body + `,"uuid":"uuid1"}`},
		{`"to":{"union_id":"on_1"}`, "union_id on_1", "", "receive_id_type=union_id", `{"receive_id":"on_1",` + body + `,"uuid":"uuid1"}`},
		{`"to":{"email":"a@b.c"}`, "email a@b.c", "", "receive_id_type=email", `{"receive_id":"a@b.c",` + body + `,"uuid":"uuid1"}`},
		{`"reply_to":{"message_id":"om_1"}`, "message om_1", "/om_1/reply", "", `{` + body + `,"uuid":"uuid1"}`},
		{`"reply_to":{"message_id":"om_1","in_thread":true}`, "message om_1", "/om_1/reply", "", `{` + body + `,"reply_in_thread":true,"uuid":"uuid1"}`},
		{`"reply_to":{"message_id":"../x?y"}`, "message ../x?y", "/..%2Fx%3Fy/reply", "", `{` + body + `,"uuid":"uuid1"}`},
	} {
		t.Run(c.target, func(t *testing.T) {
			f := newFixture(t)
			doc := `{"message":{` + c.to + `,"text":"a"}}`
			p, err := f.plan(doc)
			if err != nil {
				t.Fatal(err)
			}
			if p.Verb != "message" || p.Target != c.target || p.MayRepeat {
				t.Errorf("got %s to %q, repeats %v", p.Verb, p.Target, p.MayRepeat)
			}
			diff(t, received{"POST", "/open-apis/im/v1/messages" + c.path, c.query, c.body}, f.sent(doc))
		})
	}
}

// The limits are on the body of the call, to the byte.
func TestSizes(t *testing.T) {
	kb := 1 << 10
	for _, c := range []struct {
		name, before, after, field string
		limit                      int
	}{
		{"text", `{"message":{"to":{"chat_id":"oc_1"},"text":"`, `"}}`, "message.text", 150 * kb},
		{"raw", `{"message":{"to":{"chat_id":"oc_1"},"msg_type":"new","content":{"a":"`, `"}}}`, "message.content", 150 * kb},
		{"post", `{"message":{"to":{"chat_id":"oc_1"},"post":{"zh_cn":{"title":"`, `"}}}}`, "message.post", 30 * kb},
		{"markdown", `{"message":{"to":{"chat_id":"oc_1"},"markdown":"`, `"}}`, "message.markdown", 30 * kb},
		{"card", `{"message":{"to":{"chat_id":"oc_1"},"card":{"a":"`, `"}}}`, "message.card", 30 * kb},
		{"template", `{"message":{"reply_to":{"message_id":"om_1"},"template":{"a":"`, `"}}}`, "message.template", 30 * kb},
		{"edit", `{"edit":{"message_id":"om_1","text":"`, `"}}`, "edit.text", 150 * kb},
		{"edit post", `{"edit":{"message_id":"om_1","post":{"a":"`, `"}}}`, "edit.post", 30 * kb},
		{"card by token", `{"update_card":{"token":"c-1","card":{"a":"`, `"}}}`, "update_card.card", 30 * kb},
		{"card by message", `{"update_card":{"message_id":"om_1","card":{"a":"`, `"}}}`, "update_card.card", 30 * kb},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			doc := func(n int) string { return c.before + strings.Repeat("x", n) + c.after }
			longest := c.limit - len(f.sent(doc(1)).Body) + 1
			if n := len(f.sent(doc(longest)).Body); n != c.limit {
				t.Fatalf("the call has %d bytes", n)
			}
			_, err := f.plan(doc(longest + 1))
			diff(t, errorText(fits(c.field, c.limit+1, c.limit)), errorText(err))
		})
	}
}
