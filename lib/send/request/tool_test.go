package request

import (
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

func TestFromTool(t *testing.T) {
	for _, tt := range []struct{ tool, arguments, want string }{
		{"send_message", `{"chat_id":"oc_1","markdown":"hi"}`, `{"message":{"to":{"chat_id":"oc_1"},"markdown":"hi"}}`},
		{"send_message", `{"email":"ann@example.com","markdown":"hi"}`, `{"message":{"to":{"email":"ann@example.com"},"markdown":"hi"}}`},
		{"reply", `{"message_id":"om_1","markdown":"hi","in_thread":true}`, `{"message":{"reply_to":{"message_id":"om_1","in_thread":true},"markdown":"hi"}}`},
		{"update_card", `{"message_id":"om_1","card":{"schema":"2.0"}}`, `{"update_card":{"message_id":"om_1","card":{"schema":"2.0"}}}`},
		{"update_card", `{"message_id":"om_1","card":"{\"schema\":\"2.0\"}"}`, `{"update_card":{"message_id":"om_1","card":{"schema":"2.0"}}}`},
		{"find_chat", `{"query":"ops"}`, `{"request":{"method":"GET","path":"im/v1/chats/search","query":{"query":"ops"}}}`},
		{"get_message", `{"message_id":"om_1"}`, `{"get_message":{"message_id":"om_1"}}`},
		{"upload", `{"image":"s3://bucket/files/a.png"}`, `{"upload":{"image":{"s3":"s3://bucket/files/a.png"}}}`},
	} {
		var arguments map[string]jsontext.Value
		if err := json.Unmarshal([]byte(tt.arguments), &arguments); err != nil {
			t.Fatal(err)
		}
		got, err := FromTool(tt.tool, arguments)
		if err != nil {
			t.Errorf("%s %s: %v", tt.tool, tt.arguments, err)
			continue
		}
		want, err := Parse([]byte(tt.want))
		if err != nil {
			t.Fatal(err)
		}
		if got.Fingerprint() != want.Fingerprint() {
			t.Errorf("%s %s: got another request than %s", tt.tool, tt.arguments, tt.want)
		}
		if _, err := got.Plan(testUUID); err != nil {
			t.Errorf("%s: %v", tt.want, err)
		}
	}
}

func TestFromToolRefuses(t *testing.T) {
	for _, tt := range []struct{ tool, arguments, want string }{
		{"drop_table", `{}`, "there is no such tool: use one of send_message, reply, update_card, find_chat, get_message, upload"},
		{"reply", `{"markdown":"hi"}`, `argument "message_id" is missing`},
		{"reply", `{"message_id":"om_1","markdown":"hi","to":"oc_1"}`, `argument "to" is not one of the tool reply`},
		{"reply", `{"message_id":1,"markdown":"hi"}`, `field "message.reply_to.message_id": want a string`},
	} {
		var arguments map[string]jsontext.Value
		if err := json.Unmarshal([]byte(tt.arguments), &arguments); err != nil {
			t.Fatal(err)
		}
		if _, err := FromTool(tt.tool, arguments); err == nil || err.Error() != tt.want {
			t.Errorf("%s %s: got %v, want %s", tt.tool, tt.arguments, err, tt.want)
		}
	}
}
