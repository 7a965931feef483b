package larktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"testing"
	"time"
)

// signedText is a text for a custom bot with a secret.
func signedText(secret string, at time.Time) object {
	ts := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(ts+"\n"+secret))
	return object{
		"timestamp": ts, "sign": base64.StdEncoding.EncodeToString(mac.Sum(nil)),
		"msg_type": "text", "content": object{"text": "hi"},
	}
}

// The vector of the protocol notes, made by another implementation.
func TestHookSignature(t *testing.T) {
	at := time.Unix(1735689600, 0)
	if !signed("demo-secret", "1735689600", "f6gYqUgEvZNjYvv1B6dRG4sD7VRNbQH2ApgRH2ur0HI=", at) {
		t.Error("got false, want true for the signature of the protocol notes")
	}
}

func TestHook(t *testing.T) {
	withFields := func(o object, kv ...any) object {
		for i := 0; i < len(kv); i += 2 {
			o[kv[i].(string)] = kv[i+1]
		}
		return o
	}
	good := func() object { return signedText("s", start) }
	card := object{"elements": []any{object{"tag": "hr"}}}
	post := object{"post": object{"zh_cn": object{"content": []any{[]any{object{"tag": "text", "text": "x"}}}}}}
	tests := []struct {
		name string
		body object
		code int
	}{
		{"text", good(), 0},
		{"card", withFields(good(), "msg_type", "interactive", "card", card), 0},
		{"post", withFields(good(), "msg_type", "post", "content", post), 0},
		{"image", withFields(good(), "msg_type", "image", "content", object{"image_key": "img_1"}), 0},
		{"share", withFields(good(), "msg_type", "share_chat", "content", object{"share_chat_id": "oc_1"}), 0},
		{"wrong sign", withFields(good(), "sign", "x"), 19021},
		{"other secret", signedText("other", start), 19021},
		{"59 min old", signedText("s", start.Add(-59*time.Minute)), 0},
		{"61 min old", signedText("s", start.Add(-61*time.Minute)), 19021},
		{"number", withFields(good(), "timestamp", start.Unix()), 9499},
		{"content as string", withFields(good(), "content", `{"text":"x"}`), 9499},
		{"unknown type", withFields(good(), "msg_type", "audio"), 9499},
		{"over 20 KB", withFields(good(), "content", object{"text": strings.Repeat("x", 20<<10)}), 9499},
		{"below 20 KB", withFields(good(), "content", object{"text": strings.Repeat("x", 19<<10)}), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newFixture(t)
			b.token = ""
			hook := b.AddHook("s")
			r := b.post(hookPath+hook, tt.body).want(tt.code)
			if tt.code == 0 && (r.string("StatusMessage") != "success" || len(b.Messages(hook)) != 1) {
				t.Errorf("got %s, want success and one message", r.raw)
			}
			if tt.code != 0 && len(b.Messages("")) != 0 {
				t.Errorf("got the messages %+v, want none", b.Messages(""))
			}
		})
	}
}

func TestHookWithoutSecret(t *testing.T) {
	b := newFixture(t)
	b.post(hookPath+b.AddHook(""), object{"msg_type": "text", "content": object{"text": "x"}}).want(0)
	b.post(hookPath+"none", object{"msg_type": "text", "content": object{"text": "x"}}).want(19001)
}

func TestAnyHook(t *testing.T) {
	b := newFixture(t, WithAnyHook())
	b.post(hookPath+"of-nobody", object{"msg_type": "text", "content": object{"text": "x"}}).want(0)
	if got := len(b.Messages("of-nobody")); got != 1 {
		t.Errorf("got %d messages, want 1", got)
	}
}
