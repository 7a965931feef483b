package lark_test

import (
	"encoding/json"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Every content reaches every kind of receiver as Lark takes it.
func TestSend(t *testing.T) {
	p := newPlatform(t)
	c := lark.NewClient(p.app(customID), lark.WithHTTPClient(p.http), lark.WithClock(p.clock.now))
	for _, tt := range []struct {
		what    lark.Content
		msgType string
		content string
	}{
		{lark.Text("hi"), "text", `{"text":"hi"}`},
		{lark.Markdown("**hi**"), "post", `{"zh_cn":{"content":[[{"tag":"md","text":"**hi**"}]]}}`},
		{lark.Template{ID: "AAq1", Variables: map[string]any{"n": 1}}, "interactive", `{"type":"template","data":{"template_id":"AAq1","template_variable":{"n":1}}}`},
		{lark.CardBody{Type: "raw", Data: map[string]any{"elements": []any{}}}, "interactive", `{"elements":[]}`},
		{lark.Post{"en_us": {Title: "T", Paragraphs: [][]lark.PostElement{{{Tag: "text", Text: "a <b>"}, {Tag: "a", Text: "l", Href: "https://example.com"}}}}}, "post",
			`{"en_us":{"title":"T","content":[[{"tag":"text","text":"a <b>"},{"tag":"a","text":"l","href":"https://example.com"}]]}}`},
		{lark.ShareChat("oc_5d4c3b2a19080706f5e4d3c2b1a09f8e"), "share_chat", `{"chat_id":"oc_5d4c3b2a19080706f5e4d3c2b1a09f8e"}`},
		{lark.ShareUser("ou_0f1e2d3c4b5a69788796a5b4c3d2e1f0"), "share_user", `{"user_id":"ou_0f1e2d3c4b5a69788796a5b4c3d2e1f0"}`},
		{lark.Raw{MsgType: "text", Content: json.RawMessage(`{"text":"raw"}`)}, "text", `{"text":"raw"}`},
	} {
		sent, err := c.Send(t.Context(), lark.ToChat("oc_1"), tt.what)
		if err != nil {
			t.Errorf("%T: %v", tt.what, err)
			continue
		}
		all := p.Messages("oc_1")
		last := all[len(all)-1]
		if last.ID != sent.MessageID || last.MsgType != tt.msgType || last.Content != tt.content {
			t.Errorf("%T: got %s %s, want %s %s", tt.what, last.MsgType, last.Content, tt.msgType, tt.content)
		}
	}
	for _, to := range []lark.Receiver{lark.ToUser("ou_1"), lark.ToUserID("u1"), lark.ToUnionID("on_1"), lark.ToEmail("a@example.com")} {
		if _, err := c.Send(t.Context(), to, lark.Card{Title: "hi"}); err != nil {
			t.Errorf("%+v: %v", to, err)
		}
	}
	first := p.Messages("oc_1")[0]
	reply, err := c.Send(t.Context(), lark.ReplyTo(first.ID).InThread(), lark.Text("yes"))
	if err != nil || reply.ParentID != first.ID {
		t.Errorf("got %+v, %v; want a reply to %s", reply, err, first.ID)
	}
	for _, what := range []lark.Content{nil, lark.Raw{}, lark.Raw{MsgType: "text"}, lark.Raw{MsgType: "text", Content: func() {}}} {
		if _, err := c.Send(t.Context(), lark.ToChat("oc_1"), what); failure(t, err).Kind != lark.KindValidation {
			t.Errorf("%+v: got %v, want a validation error", what, err)
		}
	}
	if _, err := c.Send(t.Context(), lark.ToChat(""), lark.Text("x")); failure(t, err).Kind != lark.KindValidation {
		t.Errorf("got %v, want a validation error", err)
	}
}

// Contents that are keys, which the platform knows only after an upload, have the
// fields that Lark documents.
func TestEncode(t *testing.T) {
	for want, what := range map[string]lark.Content{
		`image {"image_key":"k"}`:                   lark.ImageKey("k"),
		`file {"file_key":"k"}`:                     lark.FileKey("k"),
		`audio {"file_key":"k"}`:                    lark.AudioKey("k"),
		`sticker {"file_key":"k"}`:                  lark.StickerKey("k"),
		`media {"file_key":"k"}`:                    lark.Media{FileKey: "k"},
		`media {"file_key":"k","image_key":"i"}`:    lark.Media{FileKey: "k", ImageKey: "i"},
		"text {\"text\":\"<b> & 你\u2028\ufffd\"}":   lark.Text("<b> & 你\u2028\xff"),
		`system {"n":12345678901234567890,"n":1.0}`: lark.Raw{MsgType: "system", Content: json.RawMessage(`{"n": 12345678901234567890, "n": 1.0}`)},
	} {
		msgType, doc, err := lark.Encode(what)
		if got := msgType + " " + string(doc); got != want || err != nil {
			t.Errorf("%T: got %s, %v; want %s", what, got, err, want)
		}
	}
}
