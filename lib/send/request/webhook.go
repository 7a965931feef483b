package request

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/larkbridge/larkbridge/internal/lazy"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Webhook is the verb that posts to the incoming webhook of a custom bot. Its
// URL is all that one needs to post, so it is a secret.
type Webhook struct {
	URL    lark.Secret `json:"url"`
	Secret lark.Secret `json:"secret"` // "" when the bot does not check signatures

	Text      *string `json:"text"`
	Post      Object  `json:"post"`
	Markdown  *string `json:"markdown"`
	Card      Object  `json:"card"`
	Template  Object  `json:"template"`
	Image     *string `json:"image"`
	ShareChat *string `json:"share_chat"`

	MsgType string `json:"msg_type"`
	Content Object `json:"content"`
}

// Sizes of a webhook's message in bytes (develop-bots/custom-bot-usage-guide).
const (
	maxWebhook = 20 << 10
	signLength = 44 // base64 of SHA-256
)

// plan makes the message; its content is an object here, not a string.
func (w *Webhook) plan(c common) (*Plan, error) {
	if err := required("webhook", field{"url", w.URL != ""}); err != nil {
		return nil, err
	}
	if c.tenantKey != "" {
		return nil, errors.New(`field "tenant_key" does not go with webhook: its URL says where it goes`)
	}
	content, err := w.content()
	if err != nil {
		return nil, err
	}
	message, err := content.webhook()
	if err != nil {
		return nil, err
	}
	size, err := w.size(message)
	if err != nil {
		return nil, err
	}
	if err := fits("webhook."+content.field, size, maxWebhook); err != nil {
		return nil, err
	}
	p := &Plan{Target: "webhook " + hashed(w.URL.Reveal()), MayRepeat: true}
	p.Run = func(ctx context.Context, clients *Clients) (*lark.Result, error) {
		if err := checkHook(w.URL.Reveal(), clients.Host); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, lark.DefaultTimeout)
		defer cancel()
		return lark.Webhook(ctx, clients.HTTP, w.URL, w.Secret, message, clients.Now())
	}
	return p, nil
}

// hookPath matches the paths of the webhooks of custom bots, of both versions,
// and of Feishu flows.
var hookPath = lazy.Regexp(`^(/open-apis/bot/v2/hook/|/open-apis/bot/hook/|/flow/api/trigger-webhook/)[A-Za-z0-9_-]+$`)

// checkHook refuses a URL that is not a webhook at Lark or at the app's own
// host: no request decides where a call goes. The error does not show the URL.
func checkHook(hook, appHost string) error {
	u, err := url.Parse(hook)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !hookPath().MatchString(u.EscapedPath()) {
		return &lark.Error{Kind: lark.KindValidation, Msg: `field "webhook.url": want https://<Lark's host>/open-apis/bot/v2/hook/<id>`}
	}
	switch u.Scheme + "://" + u.Host {
	case lark.FeishuURL, lark.LarkURL, appHost:
		return nil
	}
	return &lark.Error{Kind: lark.KindValidation, Msg: `field "webhook.url": the host is neither Lark's nor the app's own`}
}

func (w *Webhook) content() (content, error) {
	return choose("webhook", w.MsgType, w.Content,
		value[lark.Text]("text", w.Text),
		object("post", lark.MsgPost, w.Post),
		markdownCard("markdown", w.Markdown),
		object("card", lark.MsgInteractive, w.Card),
		template(w.Template),
		value[lark.ImageKey]("image", w.Image),
		shareChat(w.ShareChat))
}

// shareChat is a chat to recommend, whose field has another name in a webhook.
func shareChat(id *string) content {
	c := value[lark.ShareChat]("share_chat", id)
	if c.what != nil {
		c.what = lark.Raw{MsgType: "share_chat", Content: map[string]string{"share_chat_id": *id}}
	}
	return c
}

// webhook is the content as a custom bot takes it: a card stands beside
// content, and a post is wrapped once more.
func (c content) webhook() (map[string]json.RawMessage, error) {
	msgType, doc, err := lark.Encode(c.what)
	if err != nil {
		return nil, fmt.Errorf("encoding the message: %w", err)
	}
	name := "content"
	switch {
	case msgType == lark.MsgInteractive:
		name = "card"
	case c.field == "post":
		doc = append(append([]byte(`{"post":`), doc...), '}')
	}
	kind, err := encode(msgType)
	return map[string]json.RawMessage{"msg_type": kind, name: doc}, err
}

// size is the size of what goes out, with the signature that is added then.
func (w *Webhook) size(message map[string]json.RawMessage) (int, error) {
	doc, err := json.Marshal(message) // as lark.Webhook does
	if err != nil {
		return 0, fmt.Errorf("encoding the message: %w", err)
	}
	size := len(doc)
	if w.Secret != "" {
		size += len(`,"timestamp":"1234567890","sign":""`) + signLength
	}
	return size, nil
}
