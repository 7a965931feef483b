package lark_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

func TestMessageText(t *testing.T) {
	const bot = `{"key":"@_user_1","name":"Ops Bot","mentioned_type":"bot"}`
	const tom = `{"key":"@_user_2","name":"Tom","mentioned_type":"user"}`
	const ten = `{"key":"@_user_10","name":"Ten"}`
	for _, tt := range []struct{ name, kind, content, mentions, want string }{
		{"plain", "text", `{"text":"hello"}`, ``, `{"text":"hello","content":{"text":"hello"}}`},
		{"a leading bot goes", "text", `{"text":"@_user_1  status @_user_2"}`, bot + "," + tom,
			`{"text":"status @Tom","content":{"text":"@_user_1  status @_user_2"}}`},
		{"only the first bot goes", "text", `{"text":" @_user_1 @_user_1 hi"}`, bot,
			`{"text":"@Ops Bot hi","content":{"text":" @_user_1 @_user_1 hi"}}`},
		{"a bot in the middle stays", "text", `{"text":"ask @_user_1"}`, bot,
			`{"text":"ask @Ops Bot","content":{"text":"ask @_user_1"}}`},
		{"a leading user stays", "text", `{"text":"@_user_2 hi"}`, tom, `{"text":"@Tom hi","content":{"text":"@_user_2 hi"}}`},
		{"1 is not 10", "text", `{"text":"@_user_10 and @_user_2"}`, tom + "," + ten + "," + bot,
			`{"text":"@Ten and @Tom","content":{"text":"@_user_10 and @_user_2"}}`},
		{"escapes", "text", `{"text":"a \"b\"\n\u4f60 <c> & \u2028"}`, ``,
			`{"text":"a \"b\"\n你 <c> & ` + "\u2028" + `","content":{"text":"a \"b\"\n\u4f60 <c> & \u2028"}}`},
		{"post", "post", `{"title":"T","content":[[{"tag":"at","user_id":"@_user_1"},{"tag":"text","text":" a "},{"tag":"a","text":"link","href":"u"}],[{"tag":"emotion","emoji_type":"OK"},{"tag":"img","image_key":"i"},7],8]}`, bot,
			`{"text":"T\n@Ops Bot a link\n[OK]","content":{"title":"T","content":[[{"tag":"at","user_id":"@_user_1"},{"tag":"text","text":" a "},{"tag":"a","text":"link","href":"u"}],[{"tag":"emotion","emoji_type":"OK"},{"tag":"img","image_key":"i"},7],8]}}`},
		{"post that begins with the bot", "post", `{"title":"","content":[[{"tag":"at","user_id":"@_user_1"},{"tag":"text","text":" go"}]]}`, bot,
			`{"text":"go","content":{"title":"","content":[[{"tag":"at","user_id":"@_user_1"},{"tag":"text","text":" go"}]]}}`},
		{"image", "image", `{"image_key":"img_1"}`, ``, `{"text":"","content":{"image_key":"img_1"}}`},
		{"not JSON", "text", `hello`, ``, `{"text":"","content":"hello"}`},
		{"more than one value", "text", `{"text":"a"} {}`, ``, `{"text":"","content":"{\"text\":\"a\"} {}"}`},
		{"an array", "text", `[1]`, ``, `{"text":"","content":[1]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			content, err := json.Marshal(tt.content)
			if err != nil {
				t.Fatal(err)
			}
			body := `{"schema":"2.0","header":{"event_type":"im.message.receive_v1","token":"` + larktest.VerificationToken + `"},` +
				`"event":{"message":{"message_type":"` + tt.kind + `","content":` + string(content) + `,"mentions":[` + tt.mentions + `]}}}`
			cb, err := testApp().Receive(signed(lark.NewEncryptKey(larktest.EncryptKey), now, []byte(body)), now)
			if err != nil {
				t.Fatal(err)
			}
			got := string(cb.Event.Message)
			if tt.name == "more than one value" || tt.name == "not JSON" {
				want, have := map[string]any{}, map[string]any{}
				if json.Unmarshal([]byte(tt.want), &want) != nil || json.Unmarshal([]byte(got), &have) != nil || !cmp.Equal(want, have) {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			} else if diff := cmp.Diff(tt.want, got); diff != "" {
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
