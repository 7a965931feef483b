package local

import (
	"context"
	"errors"
	"net/http"
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

// Request returns the request with which Lark would post a new event of the
// type.
func (s Signer) Request(ctx context.Context, url, eventType string, edit Edit, now time.Time) (*http.Request, error) {
	body, err := s.payload(eventType, edit, now)
	if err != nil {
		return nil, err
	}
	app := lark.App{EncryptKeys: []lark.EncryptKey{s.key}, VerificationTokens: []lark.Secret{s.token}}
	return app.Sign(body, now).NewRequest(ctx, url)
}
