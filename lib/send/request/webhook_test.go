package request

import (
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/larktest"
)

const testHook = "/open-apis/bot/v2/hook/secret-id"

func TestWebhook(t *testing.T) {
	for _, c := range []struct{ name, fields, want string }{
		{"text", `"text":"a"`, `{"content":{"text":"a"},"msg_type":"text"}`},
		{"post", `"post":{"zh_cn":{}}`, `{"content":{"post":{"zh_cn":{}}},"msg_type":"post"}`},
		{"card", `"card":{"elements":[]}`, `{"card":{"elements":[]},"msg_type":"interactive"}`},
		{"markdown", `"markdown":"**a**"`, `{"card":{"body":{"elements":[{"tag":"markdown","content":"**a**"}]},"schema":"2.0"},"msg_type":"interactive"}`},
		{"template", `"template":{"template_id":"A"}`, `{"card":{"type":"template","data":{"template_id":"A"}},"msg_type":"interactive"}`},
		{"image", `"image":"img_1"`, `{"content":{"image_key":"img_1"},"msg_type":"image"}`},
		{"share_chat", `"share_chat":"oc_1"`, `{"content":{"share_chat_id":"oc_1"},"msg_type":"share_chat"}`},
		{"raw", `"msg_type":"post","content":{"post":{}}`, `{"content":{"post":{}},"msg_type":"post"}`},
		{"raw card", `"msg_type":"interactive","content":{"elements":[]}`, `{"card":{"elements":[]},"msg_type":"interactive"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			doc := `{"webhook":{"url":"` + f.url + testHook + `",` + c.fields + `}}`
			p, err := f.plan(doc)
			if err != nil {
				t.Fatal(err)
			}
			if !p.MayRepeat || !strings.HasPrefix(p.Target, "webhook ") || strings.Contains(p.Target, "secret-id") {
				t.Errorf("got target %q, repeats %v", p.Target, p.MayRepeat)
			}
			diff(t, received{"POST", testHook, "", c.want}, f.sent(doc))
			diff(t, "", f.headers[0].Get("Authorization"))
		})
	}
}

// larktest checks the signature as Lark does.
func TestWebhookSigned(t *testing.T) {
	f := newFixture(t)
	platform := larktest.New()
	id := platform.AddHook("secret")
	f.serve(platform)
	if _, err := f.run(`{"webhook":{"url":"` + f.url + `/open-apis/bot/v2/hook/` + id + `","secret":"secret","text":"a"}}`); err != nil {
		t.Fatal(err)
	}
	_, err := f.run(`{"webhook":{"url":"` + f.url + `/open-apis/bot/v2/hook/` + id + `","secret":"other","text":"a"}}`)
	if failed := larkError(err); failed == nil || failed.Code != 19021 {
		t.Errorf("got %v", err)
	}
	if got := platform.Messages(id); len(got) != 1 {
		t.Errorf("in the chat is %+v", got)
	}
}

func TestWebhookSize(t *testing.T) {
	f := newFixture(t)
	for _, secret := range []string{"", "s"} {
		doc := func(n int) string {
			return `{"webhook":{"url":"` + f.url + testHook + `","secret":"` + secret + `","text":"` + strings.Repeat("x", n) + `"}}`
		}
		longest := 20480 - len(f.sent(doc(1)).Body) + 1
		if n := len(f.sent(doc(longest)).Body); n != 20480 {
			t.Errorf("the message has %d bytes", n)
		}
		_, err := f.plan(doc(longest + 1))
		diff(t, errorText(fits("webhook.text", 20481, 20480)), errorText(err))
	}
}

func TestWebhookErrorsHideTheURL(t *testing.T) {
	for _, url := range []string{"https://127.0.0.1:1/open-apis/bot/v2/hook/secret-id", "https://127.0.0.1:1/secret-id", "secret-id", "%secret-id"} {
		_, err := newFixture(t).run(`{"webhook":{"url":"` + url + `","text":"a"}}`)
		if err == nil || strings.Contains(err.Error(), "secret-id") {
			t.Errorf("got %v", err)
		}
	}
}

// No value of a request decides which host is called.
func TestWebhookAddresses(t *testing.T) {
	for _, c := range []struct {
		hook string
		ok   bool
	}{
		{"https://open.feishu.cn/open-apis/bot/v2/hook/a-1_B", true},
		{"https://open.larksuite.com/open-apis/bot/hook/a", true},
		{"https://open.feishu.cn/flow/api/trigger-webhook/a", true},
		{"https://lark.example/open-apis/bot/v2/hook/a", true},
		{"http://open.feishu.cn/open-apis/bot/v2/hook/a", false},
		{"https://open.feishu.cn.evil.example/open-apis/bot/v2/hook/a", false},
		{"https://open.feishu.cn:444/open-apis/bot/v2/hook/a", false},
		{"https://a@open.feishu.cn/open-apis/bot/v2/hook/a", false},
		{"https://open.feishu.cn/open-apis/bot/v2/hook/", false},
		{"https://open.feishu.cn/open-apis/bot/v2/hook/../../im/v1/messages", false},
		{"https://open.feishu.cn/open-apis/bot/v2/hook/%2e%2e", false},
		{"https://open.feishu.cn/open-apis/bot/v2/hook/a?b=1", false},
		{"https://open.feishu.cn/open-apis/im/v1/messages", false},
		{"//open.feishu.cn/open-apis/bot/v2/hook/a", false},
	} {
		if err := checkHook(c.hook, "https://lark.example"); (err == nil) != c.ok {
			t.Errorf("%s: got %v, want ok %v", c.hook, err, c.ok)
		}
	}
}

func FuzzBucket(f *testing.F) {
	for _, uri := range []string{"s3://bucket/key", "s3://evil。com#/k", "s3://a@b/k", "s3://localhost:80?/k", "s3://a..b/k", "s3://A/k"} {
		f.Add(uri)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		at, err := parsePlace("f", uri)
		if err == nil && strings.Trim(at.bucket, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
			t.Errorf("%q: got the bucket %q", uri, at.bucket)
		}
	})
}
