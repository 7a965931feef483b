package request

import (
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

const hookPath = "/open-apis/bot/v2/hook/secret-id"

func TestWebhook(t *testing.T) {
	for _, c := range []struct{ name, fields, want string }{
		{"text", `"text":"a"`, `{"content":{"text":"a"},"msg_type":"text"}`},
		{"post", `"post":{"zh_cn":{}}`, `{"content":{"post":{"zh_cn":{}}},"msg_type":"post"}`},
		{"card", `"card":{"elements":[]}`, `{"card":{"elements":[]},"msg_type":"interactive"}`},
		{"image", `"image":"img_1"`, `{"content":{"image_key":"img_1"},"msg_type":"image"}`},
		{"share_chat", `"share_chat":"oc_1"`, `{"content":{"share_chat_id":"oc_1"},"msg_type":"share_chat"}`},
		{"raw", `"msg_type":"post","content":{"post":{}}`, `{"content":{"post":{}},"msg_type":"post"}`},
		{"raw card", `"msg_type":"interactive","content":{"elements":[]}`, `{"card":{"elements":[]},"msg_type":"interactive"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newRig(t)
			doc := `{"webhook":{"url":"` + g.url + hookPath + `",` + c.fields + `}}`
			p, err := g.plan(doc)
			if err != nil {
				t.Fatal(err)
			}
			if !p.MayRepeat || !strings.HasPrefix(p.Target, "webhook ") || strings.Contains(p.Target, "secret-id") {
				t.Errorf("got target %q, repeats %v", p.Target, p.MayRepeat)
			}
			diff(t, seen{"POST", hookPath, "", c.want}, g.sent(doc))
			diff(t, "", g.headers[0].Get("Authorization"))
		})
	}
}

// The stand-in checks the signature as Lark does.
func TestWebhookSigned(t *testing.T) {
	g := newRig(t)
	platform := larktest.New()
	id := platform.AddHook("secret")
	g.serve(platform)
	if _, err := g.run(`{"webhook":{"url":"` + g.url + `/open-apis/bot/v2/hook/` + id + `","secret":"secret","text":"a"}}`); err != nil {
		t.Fatal(err)
	}
	_, err := g.run(`{"webhook":{"url":"` + g.url + `/open-apis/bot/v2/hook/` + id + `","secret":"other","text":"a"}}`)
	if failed, ok := err.(*lark.Error); !ok || failed.Code != 19021 {
		t.Errorf("got %v", err)
	}
	if got := platform.Messages(id); len(got) != 1 {
		t.Errorf("in the chat is %+v", got)
	}
}

func TestWebhookSize(t *testing.T) {
	g := newRig(t)
	for _, secret := range []string{"", "s"} {
		doc := func(n int) string {
			return `{"webhook":{"url":"` + g.url + hookPath + `","secret":"` + secret + `","text":"` + strings.Repeat("x", n) + `"}}`
		}
		room := maxWebhook - len(g.sent(doc(1)).Body) + 1
		if n := len(g.sent(doc(room)).Body); n != maxWebhook {
			t.Errorf("the message has %d bytes", n)
		}
		_, err := g.plan(doc(room + 1))
		diff(t, errorText(fits("webhook.text", maxWebhook+1, maxWebhook)), errorText(err))
	}
}

func TestWebhookErrorsHideTheURL(t *testing.T) {
	for _, url := range []string{"https://127.0.0.1:1/open-apis/bot/v2/hook/secret-id", "https://127.0.0.1:1/secret-id", "secret-id", "%secret-id"} {
		_, err := newRig(t).run(`{"webhook":{"url":"` + url + `","text":"a"}}`)
		if err == nil || strings.Contains(err.Error(), "secret-id") {
			t.Errorf("got %v", err)
		}
	}
}
