package lark

import "errors"

// What [App.Receive] refuses is one of these two; callers branch with
// [errors.Is]. The reason in the text is for the log alone: it holds nothing
// from the request or the settings.
var (
	ErrBadRequest   = errors.New("not a Lark request")
	ErrUnauthorized = errors.New("not authenticated")
)

// refusal is why a request was refused. Every one is made once, below, so
// that refusing allocates nothing.
type refusal struct {
	kind   error
	reason string
}

func (r *refusal) Error() string { return r.kind.Error() + ": " + r.reason }
func (r *refusal) Unwrap() error { return r.kind }

var (
	errNotJSON = &refusal{ErrBadRequest, "the body is not one JSON object"}

	errNoVerificationToken = &refusal{ErrUnauthorized, "the app has no verification_token: copy it from the Lark console into the app's settings"}
	errNoEncryptKey        = &refusal{ErrUnauthorized, "the app has no encrypt_key, so Lark signs nothing: set one in the Lark console and in the app's settings, or set allow_unsigned"}
	errEncrypted           = &refusal{ErrUnauthorized, "the body is encrypted but the app has no encrypt_key"}
	errSignature           = &refusal{ErrUnauthorized, "the signature matches no key of the app"}
	errUnsigned            = &refusal{ErrUnauthorized, "the request is not signed"}
	errTimestamp           = &refusal{ErrUnauthorized, "the request's timestamp is outside the window"}
	errDecrypt             = &refusal{ErrUnauthorized, "no encrypt_key of the app opens the body"}
	errToken               = &refusal{ErrUnauthorized, "the verification token is not the app's"}
	errAppID               = &refusal{ErrUnauthorized, "the event is for another app_id"}
	errStyle               = &refusal{ErrUnauthorized, "a SHA-1 signature authenticates card callbacks only"}
)
