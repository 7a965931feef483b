package lark_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

func TestCardReplyStyles(t *testing.T) {
	for _, tt := range []struct{ name, doc, fresh, old string }{
		{"null", `null`, `{}`, `{}`},
		{"nothing", ``, `{}`, `{}`},
		{"empty", `{}`, `{}`, `{}`},
		{"toast", `{"toast":{"type":"info","content":"卡片 ok","i18n":{"en_us":"ok"}}}`, `{"toast":{"type":"info","content":"卡片 ok","i18n":{"en_us":"ok"}}}`,
			`{"toast":{"type":"info","content":"卡片 ok","i18n":{"en_us":"ok"}}}`},
		{"card", `{"card":{"type":"raw","data":{"elements":[],"n":12345678901234567890}}}`, `{"card":{"type":"raw","data":{"elements":[],"n":12345678901234567890}}}`,
			`{"elements":[],"n":12345678901234567890}`},
		{"both", `{"toast":{"content":"ok"},"card":{"type":"raw","data":{"elements":[]}}}`, `{"toast":{"content":"ok"},"card":{"type":"raw","data":{"elements":[]}}}`,
			`{"toast":{"content":"ok"},"elements":[]}`},
		{"template", `{"toast":{"content":"ok"},"card":{"type":"template","data":{"template_id":"t"}}}`, `{"toast":{"content":"ok"},"card":{"type":"template","data":{"template_id":"t"}}}`,
			`{"toast":{"content":"ok"},"type":"template","data":{"template_id":"t"}}`},
	} {
		reply, err := lark.ParseCardReply([]byte(tt.doc))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		for old, want := range map[bool]string{false: tt.fresh, true: tt.old} {
			got, err := reply.Encode(old)
			if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
				t.Errorf("%s, old %v: %v %s", tt.name, old, err, diff)
			}
		}
	}
}

func TestCardReplyRefuses(t *testing.T) {
	for _, doc := range []string{
		`[]`, `"ok"`, `7`, `{`, `{} {}`, `{"toast":"ok"}`, `{"toast":{"type":"loud"}}`, `{"card":{"type":"raw"}}`, `{"card":{"type":"raw","data":"x"}}`,
		`{"card":{"type":"new","data":{}}}`, `{"card":[]}`, `{"statusCode":200,"body":"{}"}`, `{"elements":[],"toast":7}`, `{"type":"raw"}`, `{"type":"new","data":{}}`, `{"type":"raw","data":7}`,
		`{"card":{"type":"raw","data":{"x":"` + strings.Repeat("x", lark.MaxCardReply) + `"}}}`,
	} {
		reply, err := lark.ParseCardReply([]byte(doc))
		if err == nil {
			_, err = reply.Encode(false)
		}
		if err == nil {
			t.Errorf("%.60s is taken", doc)
		}
	}
}

func FuzzCardReply(f *testing.F) {
	f.Add([]byte(`{"toast":{"content":"ok"},"card":{"type":"raw","data":{"elements":[]}}}`), true)
	f.Fuzz(func(t *testing.T, doc []byte, old bool) {
		reply, err := lark.ParseCardReply(doc)
		if err != nil {
			return
		}
		if got, err := reply.Encode(old); err == nil && (!json.Valid(got) || len(got) > lark.MaxCardReply) {
			t.Errorf("%q becomes %q", doc, got)
		}
	})
}

// Every card sample, with all that was entered.
func TestClick(t *testing.T) {
	var got []*lark.Click
	key := lark.NewEncryptKey(larktest.EncryptKey)
	for _, s := range larktest.Samples() {
		req := signed(key, now, s.Payload)
		switch {
		case s.Schema == "card-v1":
			req = signedCard(now, s.Payload)
		case !strings.HasPrefix(s.Type(), "card.") && s.Type() != lark.TypeURLPreview:
			continue
		}
		req = withHeader(req, "X-Tt-Logid", aLogID)
		cb, err := testApp().Receive(req, now)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		click := lark.NewClick("default", cb.Event)
		if click.Type == lark.TypeCardAction && !strings.HasPrefix(click.Token.Reveal(), "c-") {
			t.Errorf("%s: no token", s.Name)
		}
		click.Event = nil
		got = append(got, click)
	}
	compareGolden(t, "clicks.json", got)
}

// Recorded clicks whose fields have other types than the documentation's.
func TestClickOfAnyShape(t *testing.T) {
	for _, v := range readVectors(t).CardsOldStyle {
		cb, err := v.receive(t)
		if err != nil || cb.Kind != lark.KindCard {
			continue
		}
		click := lark.NewClick("default", cb.Event)
		switch v.ID {
		case "C16":
			if string(click.Action.Value) != `"plain text value"` || !cmp.Equal(click.Action.FormValue, map[string][]string{"f1": {"v1"}, "f2": {"a", "b"}}) ||
				!click.Action.Checked || click.Action.InputValue != "hi" || click.Context.OpenChatID != "oc_1" {
				t.Errorf("C16: %+v", click)
			}
		case "C34":
			if click.Operator.UserID != "5" {
				t.Errorf("C34: %+v", click.Operator)
			}
		}
	}
}
