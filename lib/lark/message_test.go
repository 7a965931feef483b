package lark_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// receiveMessage returns detail.message of a message of the app.
func receiveMessage(t testing.TB, app *lark.App, message string) []byte {
	t.Helper()
	body := `{"schema":"2.0","header":{"event_type":"im.message.receive_v1","token":"` + larktest.VerificationToken + `"},"event":{"message":` + message + `}}`
	cb, err := app.Receive(signed(lark.NewEncryptKey(larktest.EncryptKey), now, []byte(body)), now)
	if err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return cb.Event.Message
}

// messageOf is an event.message in a group.
func messageOf(t testing.TB, kind, content string, mentions ...string) string {
	t.Helper()
	text, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"chat_type":"group","message_type":%q,"content":%s,"mentions":[%s]}`, kind, text, strings.Join(mentions, ","))
}

// textOf returns the text of a message.
func textOf(t testing.TB, doc []byte) string {
	t.Helper()
	var got struct{ Text *string }
	if err := json.Unmarshal(doc, &got); err != nil || got.Text == nil {
		t.Fatalf("got %s, %v, want a text", doc, err)
	}
	return *got.Text
}

const (
	opsBot = `{"key":"@_user_1","id":{"open_id":"ou_ops","union_id":"on_ops"},"name":"Ops","mentioned_type":"bot"}`
	tom    = `{"key":"@_user_2","id":{"open_id":"ou_tom","user_id":"u_tom"},"name":"Tom","mentioned_type":"user"}`
	ten    = `{"key":"@_user_10","name":"Ten"}`
)

// What a message says, beyond the cases of TestMessageCases.
func TestMessageText(t *testing.T) {
	for _, tt := range []struct {
		name, kind, content string
		mentions            []string
		want                string
	}{
		{"the bot twice", "text", `{"text":" @_user_1 @_user_1 hi"}`, []string{opsBot}, "hi"},
		{"a longer key whose mention has no type", "text", `{"text":"@_user_10 and @_user_2"}`, []string{tom, ten, opsBot}, "@Ten and @Tom"},
		{"letters behind a key", "text", `{"text":"@_user_2please"}`, []string{tom}, "@Tomplease"},
		{"a word that begins as the key of everyone", "text", `{"text":"@_allow it, a@_all.b"}`, nil, "@_allow it, a@all.b"},
		{"everyone with an entry of its own", "text", `{"text":"@_all hi"}`, []string{`{"key":"@_all","name":"所有人"}`}, "@所有人 hi"},
		{"a name that looks as a key", "text", `{"text":"@_user_3 x"}`, []string{`{"key":"@_user_3","name":"_user_2","mentioned_type":"user"}`, tom}, "@_user_2 x"},
		{"an address", "text", `{"text":"mail ops@example.com @"}`, []string{tom}, "mail ops@example.com @"},
		{"escapes", "text", `{"text":"a \"b\"\n\u4f60 <c> & \u2028x"}`, nil, "a \"b\"\n你 <c> & \u2028x"},
		{"no object", "text", `hello @_user_2`, []string{tom}, "hello @Tom"},
		{"more than one value", "text", `{"text":"a"} {}`, nil, `{"text":"a"} {}`},
		{"an array", "text", `[1]`, nil, ""},

		{"values that are no tags", "post", `{"title":"T","content":[[{"tag":"text","text":"a"},7,"b",null],8,"c",{"tag":"text","text":"d"}]}`, nil, "T\nab\nc\nd"},
		{"bare lines", "post", `[[{"tag":"text","text":"a"}]]`, nil, "a"},
		{"a key that goes on in the next tag", "post", `{"content":[[{"tag":"at","user_id":"@_user_2"},{"tag":"text","text":"0 apples"}]]}`, []string{tom}, "@Tom0 apples"},
		{"a mention by user id", "post", `{"content":[[{"tag":"at","user_id":"u_tom"}]]}`, []string{tom}, "@Tom"},
		{"a mention of nobody known", "post", `{"content":[[{"tag":"at","user_id":"@_user_9"}]]}`, []string{tom}, "@_user_9"},
		{"mentions in Markdown", "post", `{"content_v2":[[{"tag":"md","text":"ask <at id=ou_tom></at>, <at user_id=\"ou_bo\">Bo</at> <at id=all></at> if a <at b"}]]}`, []string{tom}, "ask @Tom, @Bo @all if a <at b"},
		{"the third language", "post", `{"fr_fr":{"content":[[{"tag":"text","text":"fr"}]]},"ja_jp":{"content":[[{"tag":"text","text":"ja"}]]},"en_us":{"title":"no lines","content":[[]]}}`, nil, "ja"},
		{"a language without a title", "post", `{"zh_cn":{"title":"标题","content":[]},"en_us":{"content":[[{"tag":"text","text":"en"}]]}}`, nil, "en"},
		{"a title alone", "post", `{"en_us":{"title":"Head","content":[]}}`, nil, "Head"},
		{"version 2 by language", "post", `{"post":{"en_us":{"content":[],"content_v2":[[{"tag":"text","text":"a"}]]}}}`, nil, "a"},
		{"a link without an address", "post", `{"content":[[{"tag":"a","text":"a"},{"tag":"a","text":" ","href":"https://b"}]]}`, nil, "a https://b"},

		{"card in JSON 2.0", "interactive", `{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"**a**"},{"tag":"column_set","columns":[{"tag":"column","elements":[{"tag":"div","text":{"tag":"plain_text","content":"b"}}]},{"elements":[{"tag":"button","text":{"tag":"plain_text","content":"c"},"behaviors":[{"type":"callback","value":{"text":"hidden"}}]}]}]}]},"header":{"title":{"tag":"plain_text","content":"T"},"subtitle":{"content":"S"}}}`, nil, "T\nS\n**a**\nb\nc"},
		{"card in JSON 1.0", "interactive", `{"config":{"wide_screen_mode":true},"elements":[{"tag":"div","fields":[{"is_short":true,"text":{"tag":"lark_md","content":"a <at id=ou_tom></at>"}},{"text":{"content":"b"}}]},{"tag":"hr"},{"tag":"action","actions":[{"tag":"button","text":{"tag":"plain_text","content":"Yes"},"value":{"text":"hidden"},"confirm":{"text":{"content":"hidden"}}},{"tag":"button","text":{"tag":"plain_text","content":"No"}}]}],"header":{"template":"red","title":{"tag":"plain_text","i18n":{"en_us":"T","zh_cn":"标题"}}}}`, []string{tom}, "标题\na @Tom\nb\nYes\nNo"},
		{"card by language", "interactive", `{"i18n_header":{"en_us":{"title":{"content":"T"}},"zh_cn":{"title":{"content":"标题"}}},"i18n_elements":{"en_us":[{"tag":"markdown","content":"en"}],"zh_cn":[]}}`, nil, "标题\nen"},
		{"forwarded card with buttons", "interactive", `{"title":"T","elements":[[{"tag":"button","text":"Yes"},{"tag":"button","text":"No"},{"tag":"select_static","options":[]}]]}`, nil, "T\nYes No"},
		{"table", "interactive", `{"body":{"elements":[{"tag":"table","columns":[{"name":"a","display_name":"A"},{"name":"b","display_name":"B"}],"rows":[{"a":"1","b":"2"},{"a":"3"}]}]}}`, nil, "A\nB\n1 2\n3"},

		{"vote", "vote", `{"topic":"Lunch?","options":["noodles","rice"]}`, nil, "Lunch?\nnoodles\nrice"},
		{"video chat", "video_chat", `{"topic":"Call","start_time":"1"}`, nil, "Call"},
		{"calendar", "general_calendar", `{"summary":"Stand-up"}`, nil, "Stand-up"},
		{"system with an unknown name and braces", "system", `{"template":"{a} {b} {c} {","a":["x",{"name":"y"}],"b":[]}`, nil, "x, y  {c} {"},
		{"todo with a summary that is a text", "todo", `{"summary":"water"}`, nil, "water"},
		{"a type that is not documented", "poem", `{"title":"T","text":"rose"}`, nil, "T\nrose"},
		{"a shared person", "share_user", `{"user_id":"ou_1"}`, nil, ""},
		{"a repaired escape", "text", `{"text":"a\ud83d b` + "\x01" + `"}`, nil, "a\ufffd b\x01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := textOf(t, receiveMessage(t, testApp(), messageOf(t, tt.kind, tt.content, tt.mentions...)))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The whole object, in its order.
func TestMessageObject(t *testing.T) {
	app := testApp()
	app.BotOpenID = "ou_ops"
	for _, tt := range []struct{ name, message, want string }{
		{"everything",
			`{"chat_type":"group","message_type":"post","parent_id":"om_1","root_id":"om_2","thread_id":"omt_3","content":"{\"content\":[[{\"tag\":\"at\",\"user_id\":\"@_user_1\"},{\"tag\":\"text\",\"text\":\" /deploy\\u00a0shop 1.4 @_user_2\"}],[{\"tag\":\"img\",\"image_key\":\"img_1\"},{\"tag\":\"media\",\"file_key\":\"file_2\",\"image_key\":\"img_cover\",\"file_name\":\"a \\\"b\\\"\"},{\"tag\":\"img\",\"image_key\":\"\"}]]}","mentions":[` + opsBot + "," + tom + `]}`,
			`{"type":"post","text":"/deploy` + "\u00a0" + `shop 1.4 @Tom","content":{"content":[[{"tag":"at","user_id":"@_user_1"},{"tag":"text","text":" /deploy\u00a0shop 1.4 @_user_2"}],[{"tag":"img","image_key":"img_1"},{"tag":"media","file_key":"file_2","image_key":"img_cover","file_name":"a \"b\""},{"tag":"img","image_key":""}]]},"command":{"name":"deploy","text":"shop 1.4 @Tom"},"to_me":true,"mentions":[{"key":"@_user_1","open_id":"ou_ops","name":"Ops","me":true},{"key":"@_user_2","open_id":"ou_tom","name":"Tom"}],"resources":[{"type":"image","key":"img_1"},{"type":"media","key":"file_2","name":"a \"b\""}],"reply_to":"om_1","root":"om_2","thread":"omt_3"}`},
		{"the own bot in a tag alone",
			messageOf(t, "post", `{"content":[[{"tag":"at","user_id":"ou_ops","user_name":"Ops"},{"tag":"text","text":" hi"}]]}`),
			`{"type":"post","text":"hi","content":{"content":[[{"tag":"at","user_id":"ou_ops","user_name":"Ops"},{"tag":"text","text":" hi"}]]},"to_me":true}`},
		{"no command", messageOf(t, "text", `{"text":"/ x"}`), `{"type":"text","text":"/ x","content":{"text":"/ x"},"to_me":false}`},
		{"no content", `{"message_type":"text","content":null}`, `{"type":"text","text":"","to_me":false}`},
		{"nothing", `{}`, ``},
		{"values of other types", `{"message_type":7,"content":7,"mentions":{"key":1},"parent_id":7}`, `{"text":"","content":"7","to_me":false}`},
		{"mentions of other types", `{"message_type":"text","content":"{\"text\":\"@_user_1 x\"}","mentions":[7,{},{"key":7},{"key":"@_user_1","id":7,"name":7,"mentioned_type":7}]}`,
			`{"type":"text","text":"@_user_1 x","content":{"text":"@_user_1 x"},"to_me":false,"mentions":[{"key":"@_user_1"}]}`},
		{"a mention by union id", `{"message_type":"text","content":"{}","mentions":[{"key":"@_user_1","id":"on_1","id_type":"union_id"}]}`,
			`{"type":"text","text":"","content":{},"to_me":false,"mentions":[{"key":"@_user_1"}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, string(receiveMessage(t, app, tt.message))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMessageOfAnotherShape(t *testing.T) {
	for _, event := range []string{`{}`, `null`, `7`, `{"message":[]}`, `{"message":{}}`, `{"message":{"content":7,"mentions":{}}}`} {
		body := `{"schema":"2.0","header":{"event_id":"e","event_type":"im.message.receive_v1","token":"` + larktest.VerificationToken + `"},"event":` + event + `}`
		cb, err := testApp().Receive(signed(lark.NewEncryptKey(larktest.EncryptKey), now, []byte(body)), now)
		if err != nil || cb.Event.Key != "e" || string(cb.Event.Body) != event {
			t.Errorf("%s: got %+v, %v", event, cb, err)
		}
	}
}
