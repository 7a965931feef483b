package lark

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"time"
)

// MaxBody is the largest body of a request in bytes. A larger one is not read.
const MaxBody = 1 << 20

// Delivery holds what Lark posts: the headers, and the body as the bytes that came,
// before any decoding. A nil Header has no values.
type Delivery struct {
	Header Header
	Body   []byte
}

// Kind says what an authentic request is.
type Kind int

const (
	// KindEvent is an event to handle or to publish.
	KindEvent Kind = iota
	// KindCard is a click on a card, the preview of a link or the view of a profile.
	// It needs a reply.
	KindCard
	// KindChallenge is a url_verification. The reply to it is [Callback.Challenge].
	KindChallenge
	// KindTicket is an app_ticket. [Callback.Ticket] is to be stored, and not to be
	// published.
	KindTicket
)

// Callback is an authenticated and decoded request.
type Callback struct {
	Kind      Kind
	Challenge string
	Ticket    Secret
	// Event is set for KindEvent, KindCard and KindTicket.
	Event *Event
	// OldCard says that the click came in the old style and needs its reply in that
	// style, too.
	OldCard bool
}

// Receive authenticates and decodes a request to this app, in the order:
// signature over the raw bytes, time window, decryption, verification token,
// app id. It returns an error that is [ErrBadRequest] or [ErrUnauthorized] and
// does not panic on any input. The body is not changed; the callback's slices
// may point into it.
func (a *App) Receive(req Delivery, now time.Time) (*Callback, error) {
	if err := a.checkSettings(); err != nil {
		return nil, err
	}
	headers := readSignatureHeaders(req.Header)
	sign, key, err := a.verify(headers, req.Body)
	if err != nil {
		return nil, err
	}
	if sign == unsigned && len(a.EncryptKeys) > 0 && len(req.Body) > maxChallenge {
		return nil, errUnsigned
	}
	fresh, err := checkAge(sign, headers, now)
	if err != nil {
		return nil, err
	}
	var env envelope
	plain, err := a.readBody(&env, req.Body, key)
	if err != nil {
		if sign != unsigned {
			return nil, errUnreadable
		}
		return nil, err
	}
	if err := a.authenticate(&env, sign, fresh); err != nil {
		return nil, err
	}
	sent, ok := headers.time()
	if !ok {
		sent = now
	}
	return a.decode(&env, plain, req.Header, sent, now), nil
}

// maxChallenge is the size in bytes up to which an unsigned body is read where an
// Encrypt Key is set: Lark leaves only a url_verification unsigned, and that is
// small. It bounds what somebody without the key can have decrypted.
const maxChallenge = 2 << 10

// checkSettings returns an error for an app whose settings cannot authenticate
// anything.
func (a *App) checkSettings() error {
	if len(a.VerificationTokens) == 0 {
		return errNoVerificationToken
	}
	if len(a.EncryptKeys) == 0 && !a.AllowUnsigned {
		return errNoEncryptKey
	}
	return nil
}

// checkAge returns an error for a signed request that is outside the window of
// events. It reports whether the request is inside the narrower window of cards, which
// is checked when it is known whether the body is one. An unsigned request has no age.
func checkAge(sign signature, h signatureHeaders, now time.Time) (fresh bool, err error) {
	if sign == unsigned {
		return true, nil
	}
	t, ok := h.time()
	if !ok || !inWindow(t, now, EventMaxAge) {
		return false, errTimestamp
	}
	return inWindow(t, now, CardMaxAge), nil
}

// inWindow reports whether a request stamped at t is accepted now.
func inWindow(t, now time.Time, window time.Duration) bool {
	return !t.Before(now.Add(-window)) && !t.After(now.Add(MaxClockSkew))
}

// readBody reads the body into env and returns its plain text. It decrypts an encrypted
// body with the key whose signature matched or, if that fails, with the others.
//
// A text with invalid padding is read like any other before it is refused, so that the
// time that this takes does not depend on the padding.
func (a *App) readBody(env *envelope, body []byte, key int) ([]byte, error) {
	if err := env.read(body); err != nil {
		return nil, err
	}
	text := env.top.text("encrypt")
	if text == nil {
		return body, nil
	}
	if len(a.EncryptKeys) == 0 {
		return nil, errEncrypted
	}
	for i := range a.EncryptKeys {
		k := a.EncryptKeys[(key+i)%len(a.EncryptKeys)]
		plain, padded := k.decrypt(text)
		// One wrong key in 256 finds valid padding, but no JSON.
		if err := env.read(plain); err == nil && padded {
			env.encrypted = true
			return plain, nil
		}
	}
	return nil, errDecrypt
}

// authenticate makes the checks that need the decoded body: its kind of signature, its
// age, its Verification Token and its app id.
func (a *App) authenticate(env *envelope, sign signature, fresh bool) error {
	oldCard := env.isOldCard()
	card := oldCard || isCard(string(env.header.text("event_type")))
	if err := a.checkSignatureKind(env, sign, card, oldCard); err != nil {
		return err
	}
	switch {
	case card && !fresh:
		return errTimestamp
	case oldCard:
		return nil // its token field is the card's, not the Verification Token
	case !a.hasVerificationToken(env.token()):
		return errToken
	}
	if id := env.appID(); id != nil && string(id) != a.AppID {
		return errAppID
	}
	return nil
}

// checkSignatureKind returns an error for a body that Lark does not send with this kind
// of signature.
func (a *App) checkSignatureKind(env *envelope, sign signature, card, oldCard bool) error {
	hasKey := len(a.EncryptKeys) > 0
	switch {
	case sign == signedKey:
		return nil
	case env.isChallenge():
		// Lark never signs it, but encrypts it if there is an Encrypt Key.
		if sign == unsigned && hasKey && !env.encrypted {
			return errUnsigned
		}
		return nil
	case sign == signedToken:
		// If there is an Encrypt Key, Lark signs new-style cards with it.
		if oldCard || card && !hasKey {
			return nil
		}
		return errStyle
	case hasKey || oldCard:
		return errUnsigned
	}
	return nil
}

// hasVerificationToken reports, in constant time, whether a token is one of the app.
// An empty token never is.
func (a *App) hasVerificationToken(token []byte) bool {
	found := 0
	for _, want := range a.VerificationTokens {
		found |= subtle.ConstantTimeCompare(token, []byte(want))
	}
	return found == 1 && len(token) > 0
}

// decode returns the callback of an authentic body.
func (a *App) decode(env *envelope, plain []byte, h Header, sent, now time.Time) *Callback {
	if env.isChallenge() {
		return &Callback{Kind: KindChallenge, Challenge: string(env.top.text("challenge"))}
	}
	out := new(struct { // one allocation for both
		cb Callback
		ev Event
	})
	cb, ev := &out.cb, &out.ev
	cb.Event, ev.LogID = ev, LogID(h)
	if env.isOldCard() {
		cb.Kind, cb.OldCard = KindCard, true
		refreshToken := ""
		if h != nil {
			refreshToken = h.Get("X-Refresh-Token")
		}
		a.oldCardEvent(ev, env, plain, refreshToken, sent)
		return cb
	}
	a.event(ev, env, plain, now)
	switch {
	case isCard(ev.Type):
		cb.Kind = KindCard
	case ev.Type == "app_ticket":
		cb.Kind, cb.Ticket = KindTicket, Secret(env.event.text("app_ticket"))
	}
	return cb
}

// Windows in which a signed request is accepted.
const (
	// EventMaxAge is the age up to which an event is accepted. It is hours, because
	// Lark redelivers for about 7.1 h and may keep the first timestamp. A replay of a
	// younger event does no harm, because it is a duplicate.
	EventMaxAge = 24 * time.Hour
	// CardMaxAge is the same for card callbacks, which are never redelivered.
	CardMaxAge = 5 * time.Minute
	// MaxClockSkew is how far a clock of Lark may be ahead of this one.
	MaxClockSkew = 5 * time.Minute
)

// RedeliverySpan is the time over which Lark redelivers an unanswered event: 15 s,
// 5 min, 1 h and 6 h after each other (event-subscription-guide/event-overview).
const RedeliverySpan = 15*time.Second + 5*time.Minute + time.Hour + 6*time.Hour

// The errors of [App.Receive], for [errors.Is]. The reason in their text holds nothing
// from the request or the settings.
var (
	ErrBadRequest   = errors.New("not a Lark request")
	ErrUnauthorized = errors.New("not authenticated")
	// ErrUnreadable is a body that its signature proves to be Lark's, but that
	// cannot be decrypted or is not one JSON object. It is an ErrBadRequest too.
	ErrUnreadable = fmt.Errorf("%w: an authentic body cannot be read", ErrBadRequest)
)

// refusal is the reason why a request is refused. Each one is made once, below, so
// that refusing allocates nothing.
type refusal struct {
	kind   error
	reason string
}

func (r *refusal) Error() string { return r.kind.Error() + ": " + r.reason }
func (r *refusal) Unwrap() error { return r.kind }

var (
	errNotJSON    = &refusal{ErrBadRequest, "the body is not one JSON object"}
	errUnreadable = &refusal{ErrUnreadable, "its signature matches, but it cannot be decrypted or is not one JSON object"}

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
