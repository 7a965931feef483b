package lark_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/casefile"
	"github.com/larkbridge/larkbridge/internal/awstest/cases"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Each case that is one message says what it must say. The same cases drive the
// whole functions in internal/awstest/cases.
func TestMessageCases(t *testing.T) {
	n := 0
	for _, c := range cases.Inbound(t) {
		if c.Given.Message == nil || c.Want.Message == nil && c.Want.TextHas == nil {
			continue
		}
		n++
		t.Run(c.ID, func(t *testing.T) {
			app := testApp()
			if raw, ok := c.Given.Change["bot_open_id"]; ok {
				app.BotOpenID = strings.Trim(string(raw), `"`)
			}
			body, err := c.Given.Payload(larktest.VerificationToken, app.AppID, now)
			if err != nil {
				t.Fatal(err)
			}
			cb, err := app.Receive(signed(lark.NewEncryptKey(larktest.EncryptKey), now, body), now)
			if err != nil {
				t.Fatal(err)
			}
			want := []byte(c.Want.Message)
			if want == nil {
				want = []byte(`{"type":"` + fmt.Sprint(messageType(t, c.Given.Message)) + `"}`)
			}
			if fault := casefile.Match(want, cb.Event.Message); fault != "" {
				t.Error(c.Why, fault)
			}
			var got struct{ Text string }
			if err := json.Unmarshal(cb.Event.Message, &got); err != nil {
				t.Error(err)
			}
			for _, fragment := range c.Want.TextHas {
				if !strings.Contains(got.Text, fragment) {
					t.Errorf("%s got %q, want %q in it", c.Why, got.Text, fragment)
				}
			}
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(cb.Event.Message, &fields); err != nil {
				t.Error(err)
			}
			for _, name := range c.Want.Absent {
				if v, ok := fields[strings.TrimPrefix(name, "message.")]; ok {
					t.Errorf("%s got %s %s, want none", c.Why, name, v)
				}
			}
		})
	}
	if n < 100 {
		t.Errorf("got %d cases, want at least 100", n)
	}
}

func messageType(t *testing.T, message []byte) string {
	var m struct {
		MessageType string `json:"message_type"`
	}
	if err := json.Unmarshal(message, &m); err != nil {
		t.Fatal(err)
	}
	return m.MessageType
}
