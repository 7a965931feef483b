package lark

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"hash"
	"strconv"
	"time"
)

// The headers of a signed request (event-subscription-guide/…/
// encrypt-key-encryption-configuration-case).
const (
	HeaderTimestamp = "X-Lark-Request-Timestamp"
	HeaderNonce     = "X-Lark-Request-Nonce"
	HeaderSignature = "X-Lark-Signature"
)

// Windows in which a signed request is accepted.
const (
	// EventMaxAge is the age up to which an event is accepted. Lark redelivers for
	// about 7.1 h and may keep the first timestamp, so it cannot be minutes;
	// inside it, deduplication makes a replay harmless.
	EventMaxAge = 24 * time.Hour
	// CardMaxAge is the same for card callbacks, which are never redelivered.
	CardMaxAge = 5 * time.Minute
	// MaxClockSkew is how far a clock of Lark may be ahead of ours.
	MaxClockSkew = 5 * time.Minute
)

// RedeliverySpan is the time over which Lark redelivers an unanswered event: 15 s,
// 5 min, 1 h and 6 h after each other (event-subscription-guide/event-overview).
const RedeliverySpan = 15*time.Second + 5*time.Minute + time.Hour + 6*time.Hour

// signature is how a request proved where it comes from.
type signature int

const (
	unsigned  signature = iota
	signedKey           // SHA-256 with an Encrypt Key: events and new-style cards
	signedTok           // SHA-1 with a Verification Token: old-style cards
)

const (
	maxTimestamp = 20  // digits
	maxNonce     = 256 // bytes
)

// verify checks the signature headers against the app's keys over the raw
// body. An absent signature is unsigned, not an error. It returns the index of
// the Encrypt Key that matched.
func (a *App) verify(h Header, body []byte) (signature, int, error) {
	sign := h.Get(HeaderSignature)
	stamp, nonce := h.Get(HeaderTimestamp), h.Get(HeaderNonce)
	if len(stamp) > maxTimestamp || len(nonce) > maxNonce {
		return unsigned, 0, errSignature
	}
	switch {
	case sign == "":
		return unsigned, 0, nil
	case len(sign) == hex.EncodedLen(sha256.Size):
		if len(a.EncryptKeys) == 0 {
			return unsigned, 0, nil // nothing to check it with
		}
		for i, key := range a.EncryptKeys {
			if matches(sha256.New(), sign, stamp, nonce, key.secret, body) {
				return signedKey, i, nil
			}
		}
	case len(sign) == hex.EncodedLen(sha1.Size):
		for _, token := range a.VerificationTokens {
			if matches(sha1.New(), sign, stamp, nonce, token, body) {
				return signedTok, 0, nil
			}
		}
	}
	return unsigned, 0, errSignature
}

// matches compares in constant time. An upper-case signature does not match:
// Lark documents lower case and sends nothing else.
func matches(h hash.Hash, sign, stamp, nonce string, secret Secret, body []byte) bool {
	var text [2 * sha256.Size]byte
	got := hex.AppendEncode(text[:0], digest(h, stamp, nonce, secret, body))
	return subtle.ConstantTimeCompare(got, []byte(sign)) == 1
}

// digest is hash(timestamp ‖ nonce ‖ secret ‖ body): a plain hash with nothing
// between the parts, not an HMAC. It can be extended, which is why a body with
// anything after its JSON value is refused.
func digest(h hash.Hash, stamp, nonce string, secret Secret, body []byte) []byte {
	buf := make([]byte, 0, maxTimestamp+maxNonce)
	buf = append(append(append(buf, stamp...), nonce...), secret...)
	h.Write(buf)
	h.Write(body)
	return h.Sum(buf[:0])
}

// SignEvent returns the X-Lark-Signature of an event or a new-style card
// callback: hex SHA-256 with the Encrypt Key.
func SignEvent(timestamp, nonce string, key EncryptKey, body []byte) string {
	return hex.EncodeToString(digest(sha256.New(), timestamp, nonce, key.secret, body))
}

// SignCard returns the X-Lark-Signature of an old-style card callback: hex
// SHA-1 with the Verification Token
// (message-cards/configuring-card-callbacks/configure-callback-request-address).
func SignCard(timestamp, nonce string, token Secret, body []byte) string {
	return hex.EncodeToString(digest(sha1.New(), timestamp, nonce, token, body))
}

// stampTime reads the timestamp header, Unix seconds. It is false for
// anything that is not one.
func stampTime(h Header) (time.Time, bool) {
	n, err := strconv.ParseInt(h.Get(HeaderTimestamp), 10, 64)
	return time.Unix(n, 0), err == nil
}

// inWindow says whether a request stamped at t is accepted now.
func inWindow(t, now time.Time, window time.Duration) bool {
	return !t.Before(now.Add(-window)) && !t.After(now.Add(MaxClockSkew))
}
