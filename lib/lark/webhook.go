package lark

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/larkbridge/larkbridge/lib/version"
)

// Webhook posts a message to the incoming webhook of a custom bot
// (develop-bots/custom-bot-usage-guide). The URL is a secret; the signing secret is
// "" when the bot has none. Lark does not recognise repetitions: a message that is
// posted twice is shown twice.
func Webhook(ctx context.Context, client HTTPDoer, hook, secret Secret, message map[string]json.RawMessage, now time.Time) (*Result, error) {
	u, err := url.Parse(hook.Reveal())
	if err != nil || u.Host == "" {
		return nil, invalid("webhook.url is not a URL with a host")
	}
	body := map[string]any{}
	for name, value := range message {
		body[name] = value
	}
	if secret != "" {
		timestamp := strconv.FormatInt(now.Unix(), 10)
		body["timestamp"], body["sign"] = timestamp, SignWebhook(timestamp, secret)
	}
	doc, err := json.Marshal(body)
	if err != nil {
		return nil, invalid("the webhook's message is not JSON")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(doc))
	if err != nil {
		return nil, invalid("webhook.url is not a URL")
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", version.Product)
	resp, err := client.Do(req)
	if err != nil {
		return nil, transport("calling the webhook", hideURL(err))
	}
	defer resp.Body.Close()
	return readAnswer(resp)
}

// SignWebhook returns the field sign of a webhook message: base64 of an HMAC-SHA256
// whose key is "timestamp\nsecret" and whose message is empty.
func SignWebhook(timestamp string, secret Secret) string {
	mac := hmac.New(sha256.New, []byte(timestamp+"\n"+secret.Reveal()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// hideURL returns an error of net/http without the URL, which may be a secret.
func hideURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
