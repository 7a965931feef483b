package lark

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Sign returns what Lark would post to the app for a payload at the time now.
// The body is encrypted with the app's newest Encrypt Key and signed with it;
// without a key it is the payload, unsigned. A url_verification is never
// signed. A click in the old style is posted as it is, signed with the newest
// Verification Token.
func (a *App) Sign(payload []byte, now time.Time) Delivery {
	var env envelope
	readable := env.read(payload) == nil
	stamp, nonce := strconv.FormatInt(now.Unix(), 10), rand.Text()
	body, signature := payload, ""
	switch {
	case readable && env.isOldCard():
		if len(a.VerificationTokens) > 0 {
			signature = SignCard(stamp, nonce, a.VerificationTokens[0], body)
		}
	case len(a.EncryptKeys) > 0:
		body = a.EncryptKeys[0].Encrypt(payload)
		if !readable || !env.isChallenge() {
			signature = SignEvent(stamp, nonce, a.EncryptKeys[0], body)
		}
	}
	header := http.Header{}
	if signature != "" {
		header.Set(HeaderTimestamp, stamp)
		header.Set(HeaderNonce, nonce)
		header.Set(HeaderSignature, signature)
	}
	return Delivery{Header: header, Body: body}
}

// NewRequest returns the HTTP request that posts the delivery to a URL.
func (d Delivery) NewRequest(ctx context.Context, url string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(d.Body))
	if err != nil {
		return nil, fmt.Errorf("making the request of a delivery: %w", err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	for _, name := range []string{HeaderTimestamp, HeaderNonce, HeaderSignature} {
		if d.Header != nil && d.Header.Get(name) != "" {
			req.Header.Set(name, d.Header.Get(name))
		}
	}
	return req, nil
}

// SignEvent returns the X-Lark-Signature of an event or a new-style card
// callback: hex SHA-256 with the Encrypt Key.
func SignEvent(timestamp, nonce string, key EncryptKey, body []byte) string {
	h := signatureHeaders{timestamp: timestamp, nonce: nonce}
	return hex.EncodeToString(h.digest(sha256.New(), key.secret, body))
}

// SignCard returns the X-Lark-Signature of an old-style card callback: hex
// SHA-1 with the Verification Token
// (message-cards/configuring-card-callbacks/configure-callback-request-address).
func SignCard(timestamp, nonce string, token Secret, body []byte) string {
	h := signatureHeaders{timestamp: timestamp, nonce: nonce}
	return hex.EncodeToString(h.digest(sha1.New(), token, body))
}
