package local

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

func testSigner(t *testing.T) Signer {
	t.Helper()
	s, err := NewSigner(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPayloadIsNewEachTime(t *testing.T) {
	s, now := testSigner(t), time.Unix(1700000000, 123456789)
	for eventType, fresh := range map[string][]string{
		lark.TypeMessageReceive: {"header.event_id", "event.message.message_id"},
		"approval_instance":     {"uuid"},
		lark.TypeCardAction:     {"header.event_id", "event.token"},
		oldCard:                 {"token"},
		Challenge:               {"challenge"},
	} {
		one, two := decoded(t, s, eventType, now), decoded(t, s, eventType, now)
		for _, path := range fresh {
			if a, b := at(one, path), at(two, path); a == b || a == "" {
				t.Errorf("%s: %s is %q, then %q", eventType, path, a, b)
			}
		}
	}
}

func TestPayloadIsOfNow(t *testing.T) {
	s, now := testSigner(t), time.Unix(1700000000, 123456789)
	for _, c := range [][3]string{
		{lark.TypeMessageReceive, "header.create_time", "1700000000123"},
		{lark.TypeMessageReceive, "event.message.create_time", "1700000000123"},
		{lark.TypeCardAction, "header.create_time", "1700000000123456"},
		{"approval_instance", "ts", "1700000000.1234567"},
	} {
		if got := at(decoded(t, s, c[0], now), c[1]); got != c[2] {
			t.Errorf("%s: %s is %s, want %s", c[0], c[1], got, c[2])
		}
	}
}

func TestPayloadIsTheApps(t *testing.T) {
	s := Signer{&lark.App{AppID: "cli_mine", VerificationTokens: []lark.Secret{"mine"}}}
	for _, c := range [][3]string{
		{lark.TypeMessageReceive, "header.app_id", "cli_mine"},
		{lark.TypeMessageReceive, "header.token", "mine"},
		{"approval_instance", "event.app_id", "cli_mine"},
		{"approval_instance", "token", "mine"},
		{Challenge, "token", "mine"},
	} {
		if got := at(decoded(t, s, c[0], time.Now()), c[1]); got != c[2] {
			t.Errorf("%s: %s is %s, want %s", c[0], c[1], got, c[2])
		}
	}
}

func TestEdits(t *testing.T) {
	s, text, value := testSigner(t), "hi", json.RawMessage(`{"n":1.0}`)
	for _, c := range []struct {
		eventType string
		edit      Edit
		want      string // "" for a refusal
	}{
		{lark.TypeMessageReceive, Edit{Text: &text}, `"content":"{\"text\":\"hi\"}"`},
		{lark.TypeCardAction, Edit{Value: value}, `"value":{"n":1.0}`},
		{oldCard, Edit{Value: value}, `"value":{"n":1.0}`},
		{lark.TypeCardAction, Edit{Text: &text}, ""},
		{lark.TypeMessageReceive, Edit{Value: value}, ""},
		{lark.TypeCardAction, Edit{Value: json.RawMessage("{")}, ""},
		{"no.such_v1", Edit{}, ""},
	} {
		got, err := s.payload(c.eventType, c.edit, time.Now())
		if (err != nil) != (c.want == "") || !strings.Contains(string(got), c.want) {
			t.Errorf("%s: got %s, %v, want %q", c.eventType, got, err, c.want)
		}
	}
}

func TestClickOfACard(t *testing.T) {
	s, click := testSigner(t), Click{"om_1", "oc_1", "ou_1", "c-1"}
	want := []string{`"open_message_id":"om_1"`, `"open_chat_id":"oc_1"`, `"open_id":"ou_1"`, `"token":"c-1"`, `"value":{"action":"approve"}`}
	for _, eventType := range []string{lark.TypeCardAction, oldCard} {
		got, err := s.payload(eventType, Edit{Click: &click, Value: json.RawMessage(`{"action":"approve"}`)}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, segment := range want {
			if strings.Count(string(got), segment) != 1 {
				t.Errorf("%s: %s is not once in %s", eventType, segment, got)
			}
		}
	}
	got, err := s.payload(oldCard, Edit{Click: &click, Value: json.RawMessage(`"no"`)}, time.Now())
	if err != nil || !strings.Contains(string(got), `"value":"no"`) {
		t.Errorf("got %s, %v, want the value \"no\"", got, err)
	}
	if got, err := s.payload(lark.TypeMessageReceive, Edit{Click: &click, Value: json.RawMessage(`{"action":"approve"}`)}, time.Now()); err == nil {
		t.Errorf("a message is clicked: %s", got)
	}
}

func decoded(t *testing.T, s Signer, eventType string, now time.Time) object {
	t.Helper()
	doc, err := s.payload(eventType, Edit{}, now)
	if err != nil {
		t.Fatal(err)
	}
	var o object
	if err := json.Unmarshal(doc, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// at is the string at a path of names.
func at(o object, path string) string {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		o = child(o, name)
	}
	text, _ := o[names[len(names)-1]].(string)
	return text
}
