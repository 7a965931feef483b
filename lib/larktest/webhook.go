package larktest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"time"
)

const (
	hookPath = "/open-apis/bot/v2/hook/"
	hookType = "webhook"
	maxHook  = 20 << 10
)

var hookTypes = []string{"text", "post", "image", "share_chat", "interactive"}

// AddHook adds a custom bot and returns the id of its webhook, the last segment of the
// webhook's path. If secret is not "", requests to the webhook must be signed. Messages
// takes the id as the receiver ("custom-bot-usage-guide").
func (p *Platform) AddHook(secret string) (id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id = rand.Text()
	p.hooks[id] = secret
	return id
}

func postHook(p *Platform, x *exchange) (any, *failure) {
	secret, ok := p.hooks[x.PathValue("id")]
	if !ok && !p.anyHook {
		return nil, fail(19001, "param invalid: incoming webhook access token invalid")
	}
	var b struct {
		objectBody
		Timestamp string `json:"timestamp"`
		Sign      string `json:"sign"`
	}
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	switch {
	case len(x.body) > maxHook:
		return nil, fail(9499, "Bad Request: body too large")
	case secret != "" && !signed(secret, b.Timestamp, b.Sign, x.time):
		return nil, fail(19021, "sign match fail or timestamp is not within one hour from current time")
	case !slices.Contains(hookTypes, b.MsgType):
		return nil, fail(9499, "Bad Request: msg_type")
	}
	// A custom bot cannot upload, so the owner of an image is not checked.
	if b.MsgType != "image" {
		if f := p.checkObjectBody(x, b.objectBody); f != nil {
			return nil, fail(9499, "Bad Request: "+f.msg)
		}
	}
	p.messages.add(p, &Message{
		ReceiveID: x.PathValue("id"), ReceiveIDType: hookType, MsgType: b.MsgType, Content: string(b.messageContent()),
		CreateTime: x.time,
	})
	return noDataField{"msg": "success", "data": struct{}{}, "StatusCode": 0, "StatusMessage": "success"}, nil
}

// signed reports whether sign is the signature of a custom bot and is less
// than an hour old. It is an HMAC of no bytes, whose key is the timestamp and the secret.
func signed(secret, timestamp, sign string, now time.Time) bool {
	sec, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(sec, 0)).Abs() > time.Hour {
		return false
	}
	mac := hmac.New(sha256.New, []byte(timestamp+"\n"+secret))
	return hmac.Equal([]byte(sign), []byte(base64.StdEncoding.EncodeToString(mac.Sum(nil))))
}
