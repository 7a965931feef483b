package lark

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"hash"
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
	timestamp, nonce := strconv.FormatInt(now.Unix(), 10), rand.Text()
	body, signature := payload, ""
	switch {
	case readable && env.isOldCard():
		if len(a.VerificationTokens) > 0 {
			signature = SignCard(timestamp, nonce, a.VerificationTokens[0], body)
		}
	case len(a.EncryptKeys) > 0:
		body = a.EncryptKeys[0].Encrypt(payload)
		if !readable || !env.isChallenge() {
			signature = SignEvent(timestamp, nonce, a.EncryptKeys[0], body)
		}
	}
	header := http.Header{}
	if signature != "" {
		header.Set(HeaderTimestamp, timestamp)
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

// signature is the kind of signature that a request has.
type signature int

const (
	unsigned    signature = iota
	signedKey             // SHA-256 with an Encrypt Key: events and new-style cards
	signedToken           // SHA-1 with a Verification Token: old-style cards
)

const (
	maxTimestamp = 20  // digits
	maxNonce     = 256 // bytes
)

// verify checks the signature headers over the raw body. It returns the kind of the
// signature, and the index of the Encrypt Key that matches. A missing signature is
// unsigned, not an error.
func (a *App) verify(h signatureHeaders, body []byte) (signature, int, error) {
	if len(h.timestamp) > maxTimestamp || len(h.nonce) > maxNonce {
		return unsigned, 0, errSignature
	}
	switch {
	case h.signature == "":
		return unsigned, 0, nil
	case len(h.signature) == hex.EncodedLen(sha256.Size):
		if len(a.EncryptKeys) == 0 {
			return unsigned, 0, nil // nothing to check it with
		}
		for i, key := range a.EncryptKeys {
			if h.matches(sha256.New(), key.secret, body) {
				return signedKey, i, nil
			}
		}
	case len(h.signature) == hex.EncodedLen(sha1.Size):
		for _, token := range a.VerificationTokens {
			if h.matches(sha1.New(), token, body) {
				return signedToken, 0, nil
			}
		}
	}
	return unsigned, 0, errSignature
}

// matches reports, in constant time, whether the signature is that of the body with a
// secret. A signature in upper case does not match, because Lark documents lower case
// and sends nothing else.
func (h signatureHeaders) matches(sum hash.Hash, secret Secret, body []byte) bool {
	var text [2 * sha256.Size]byte
	got := hex.AppendEncode(text[:0], h.digest(sum, secret, body))
	return subtle.ConstantTimeCompare(got, []byte(h.signature)) == 1
}

// digest returns hash(timestamp ‖ nonce ‖ secret ‖ body), a plain hash and not an HMAC.
// Somebody without the secret can extend such a body, which is why a body with anything
// after its JSON value is refused.
func (h signatureHeaders) digest(sum hash.Hash, secret Secret, body []byte) []byte {
	buf := make([]byte, 0, maxTimestamp+maxNonce)
	buf = append(append(append(buf, h.timestamp...), h.nonce...), secret...)
	sum.Write(buf)
	sum.Write(body)
	return sum.Sum(buf[:0])
}

// time returns the timestamp, which is in Unix seconds, and reports whether it is a
// number.
func (h signatureHeaders) time() (time.Time, bool) {
	n, err := strconv.ParseInt(h.timestamp, 10, 64)
	return time.Unix(n, 0), err == nil
}
