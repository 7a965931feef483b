package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Signer posts as Lark does: encrypted with an app's Encrypt Key and signed.
type Signer struct {
	appID string
	key   lark.EncryptKey
	token lark.Secret
}

// NewSigner reads APP_ID, ENCRYPT_KEY and VERIFICATION_TOKEN from the
// environment; without APP_ID, what is missing is the stand-in's.
func NewSigner(getenv func(string) string) (Signer, error) {
	env := environment(getenv, "")
	key, token := env("ENCRYPT_KEY"), env("VERIFICATION_TOKEN")
	if key == "" || token == "" {
		return Signer{}, errors.New("APP_ID is set, so ENCRYPT_KEY and VERIFICATION_TOKEN must be set, too")
	}
	return Signer{env("APP_ID"), lark.NewEncryptKey(lark.Secret(key)), lark.Secret(token)}, nil
}

// Door is the path that Lark posts a type to.
func Door(eventType string) string {
	if IsClick(eventType) || eventType == lark.TypeURLPreview {
		return "/card"
	}
	return "/event"
}

// IsClick says whether the type is that of a click on a card, of either style.
func IsClick(eventType string) bool { return eventType == lark.TypeCardAction || eventType == oldCard }

// Request makes the request with which Lark would post a new event of the
// type. A click in the old style is plain and signed with the Verification
// Token; a challenge is encrypted and not signed.
func (s Signer) Request(ctx context.Context, url, eventType string, edit Edit, now time.Time) (*http.Request, error) {
	body, err := s.payload(eventType, edit, now)
	if err != nil {
		return nil, err
	}
	if eventType != oldCard {
		body = s.key.Encrypt(body)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	if eventType == Challenge {
		return req, nil
	}
	stamp, nonce := strconv.FormatInt(now.Unix(), 10), newID()
	signature := lark.SignEvent(stamp, nonce, s.key, body)
	if eventType == oldCard {
		signature = lark.SignCard(stamp, nonce, s.token, body)
	}
	req.Header.Set(lark.HeaderTimestamp, stamp)
	req.Header.Set(lark.HeaderNonce, nonce)
	req.Header.Set(lark.HeaderSignature, signature)
	return req, nil
}
