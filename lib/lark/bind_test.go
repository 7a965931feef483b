package lark_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Each sample of an event with a type of its own is bound, and what is documented
// of it is there.
func TestBindSamples(t *testing.T) {
	const user, chat, message = "ou_0f1e2d3c4b5a69788796a5b4c3d2e1f0", "oc_5d4c3b2a19080706f5e4d3c2b1a09f8e", "om_0a1b2c3d4e5f60718293a4b5c6d7e8f9"
	bind := func(eventType string, target any) {
		t.Helper()
		cb, err := testApp().Receive(testApp().Sign(payload(t, eventType), now), now)
		if err != nil {
			t.Fatal(err)
		}
		if err := cb.Event.Bind(target); err != nil {
			t.Errorf("%s: %v", eventType, err)
		}
	}
	want := func(eventType, want string, got ...string) {
		t.Helper()
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: got %q, want %q", eventType, s, want)
		}
	}
	var receive lark.MessageReceive
	bind("im.message.receive_v1", &receive)
	want("receive", user+" "+chat+` {"text":"hello"}`, receive.Sender.SenderID.OpenID, receive.Message.ChatID, receive.Message.Content)
	var read lark.MessageRead
	bind("im.message.message_read_v1", &read)
	want("read", user+" "+message, read.Reader.ReaderID.OpenID, strings.Join(read.MessageIDs, ","))
	var recalled lark.MessageRecalled
	bind("im.message.recalled_v1", &recalled)
	want("recalled", message+" message_owner", recalled.MessageID, recalled.RecallType)
	for _, eventType := range []string{"im.message.reaction.created_v1", "im.message.reaction.deleted_v1"} {
		var reaction lark.MessageReaction
		bind(eventType, &reaction)
		want(eventType, message+" SMILE "+user, reaction.MessageID, reaction.ReactionType.EmojiType, reaction.UserID.OpenID)
	}
	var added lark.ChatMemberUser
	bind("im.chat.member.user.added_v1", &added)
	want("user added", chat+" "+user+" Bob", added.ChatID, added.OperatorID.OpenID, added.Users[0].Name)
	var bot lark.ChatMemberBot
	bind("im.chat.member.bot.added_v1", &bot)
	want("bot added", chat+" Test group 测试群", bot.ChatID, bot.Name, bot.I18nNames["zh_cn"])
	var updated lark.ChatUpdated
	bind("im.chat.updated_v1", &updated)
	var after struct{ Name string }
	if err := json.Unmarshal(updated.AfterChange, &after); err != nil {
		t.Error(err)
	}
	want("updated", chat+" New name", updated.ChatID, after.Name)
	var menu lark.BotMenu
	bind("application.bot.menu_v6", &menu)
	want("menu", "Alice menu_open_ticket", menu.Operator.OperatorName, menu.EventKey)
	if menu.Timestamp != 1735689600 {
		t.Errorf("got the timestamp %d, want 1735689600", menu.Timestamp)
	}
	for _, eventType := range []string{"card.action.trigger", "card.action.trigger_v1"} {
		var action lark.CardAction
		bind(eventType, &action)
		want(eventType, user+" button", action.Operator.OpenID, action.Action.Tag)
	}
	for _, eventType := range []string{"contact.user.created_v3", "contact.user.deleted_v3"} {
		var contact lark.ContactUser
		bind(eventType, &contact)
		want(eventType, user+" Alice Zhang", contact.Object.OpenID, contact.Object.Name)
	}
	var approval lark.ApprovalInstance
	bind("approval_instance", &approval)
	want("approval", "81D31358-0000-4111-8222-01A5D67C4E71 APPROVED", approval.InstanceCode, approval.Status)
	var open lark.AppOpen
	bind("app_open", &open)
	want("app_open", user+" "+user, open.Installer.OpenID, open.Applicants[0].OpenID)
	var status lark.AppStatusChange
	bind("app_status_change", &status)
	want("status", "start_by_tenant "+user, status.Status, status.Operator.OpenID)
}

// A value of another type than the documentation's is converted, or leaves its
// field empty; the rest of the event is there.
func TestBindIsTolerant(t *testing.T) {
	type inner struct {
		Code string `json:"code"`
	}
	type target struct {
		inner
		Text   string            `json:"text"`
		Number int64             `json:"number"`
		Ratio  float64           `json:"ratio"`
		Yes    bool              `json:"yes"`
		List   []string          `json:"list"`
		Names  map[string]string `json:"names"`
		Who    lark.UserID       `json:"who"`
		Last   string            `json:"last"`

		Untagged string
		Small    int8         `json:"small"`
		Count    uint         `json:"count"`
		Other    *lark.UserID `json:"other"`
	}
	for name, tt := range map[string]struct {
		body string
		want target
	}{
		"as documented":          {`{"text":"a","number":1,"ratio":0.5,"yes":true,"list":["x"],"names":{"k":"v"},"who":{"open_id":"ou"},"last":"z"}`, target{Text: "a", Number: 1, Ratio: 0.5, Yes: true, List: []string{"x"}, Names: map[string]string{"k": "v"}, Who: lark.UserID{OpenID: "ou"}, Last: "z"}},
		"numbers as strings":     {`{"number":"12345678901","ratio":"0.5","yes":"true","last":"z"}`, target{Number: 12345678901, Ratio: 0.5, Yes: true, Last: "z"}},
		"strings as numbers":     {`{"code":7,"text":1735689600123,"last":"z"}`, target{inner: inner{"7"}, Text: "1735689600123", Last: "z"}},
		"a number with a point":  {`{"number":3.0,"last":"z"}`, target{Number: 3, Last: "z"}},
		"an object for a text":   {`{"text":{"a": 1},"last":"z"}`, target{Text: `{"a": 1}`, Last: "z"}},
		"one value for a list":   {`{"list":"x","last":"z"}`, target{List: []string{"x"}, Last: "z"}},
		"numbers in a list":      {`{"list":[1,"x"],"names":{"k":2},"last":"z"}`, target{List: []string{"1", "x"}, Names: map[string]string{"k": "2"}, Last: "z"}},
		"a text for an object":   {`{"who":"ou","names":"n","last":"z"}`, target{Last: "z"}},
		"a word for a number":    {`{"number":"many","yes":"perhaps","last":"z"}`, target{Last: "z"}},
		"a name in another case": {`{"unTagged":7,"last":"z"}`, target{Untagged: "7", Last: "z"}},
		"numbers too large":      {`{"small":"300","number":1e300,"count":"-1","last":"z"}`, target{Last: "z"}},
		"a count as a string":    {`{"count":"7","small":"-7","last":"z"}`, target{Count: 7, Small: -7, Last: "z"}},
		"inside a pointer":       {`{"other":{"open_id":7,"user_id":"u"},"last":"z"}`, target{Other: &lark.UserID{OpenID: "7", UserID: "u"}, Last: "z"}},
		"null everywhere":        {`{"text":null,"number":null,"list":null,"who":null,"last":"z"}`, target{Last: "z"}},
	} {
		var got target
		if err := (&lark.Event{Body: json.RawMessage(tt.body)}).Bind(&got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(target{})); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func TestBindRefuses(t *testing.T) {
	var m lark.MessageReceive
	for _, body := range []string{`null`, `[]`, `"text"`, ``} {
		if err := (&lark.Event{Body: json.RawMessage(body)}).Bind(&m); err == nil {
			t.Errorf("%s: got no error, want one", body)
		}
	}
	good := &lark.Event{Body: json.RawMessage(`{}`)}
	for _, target := range []any{nil, m, (*lark.MessageReceive)(nil), new(string)} {
		if err := good.Bind(target); err == nil {
			t.Errorf("%T: got no error, want one", target)
		}
	}
}
