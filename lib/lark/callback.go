package lark

import (
	"crypto/subtle"
	"time"
)

// MaxBody is the size in bytes up to which a request is looked at.
const MaxBody = 1 << 20

// Delivery is what Lark posted: its headers and its body as the bytes that
// came, before any decoding.
type Delivery struct {
	Header Header
	Body   []byte
}

// Kind says what an authentic request is.
type Kind int

const (
	// KindEvent is an event to put on the bus.
	KindEvent Kind = iota
	// KindCard is a card click or a link preview: it wants a reply.
	KindCard
	// KindChallenge is a url_verification: reply with [Callback.Challenge].
	KindChallenge
	// KindTicket is an app_ticket: store [Callback.Ticket], publish nothing.
	KindTicket
)

// Callback is an authenticated, decoded request.
type Callback struct {
	Kind      Kind
	Challenge string
	Ticket    Secret
	// Event is set for KindEvent, KindCard and KindTicket.
	Event *Event
	// OldCard says that the click came in the old style and wants its reply in
	// that style too.
	OldCard bool
}

// Receive authenticates and decodes a request to this app, in the order:
// signature over the raw bytes, time window, decryption, verification token,
// app id. It returns an error that is [ErrBadRequest] or [ErrUnauthorized] and
// does not panic on any input. The body is not changed; the callback's slices
// may point into it.
func (a *App) Receive(req Delivery, now time.Time) (*Callback, error) {
	if err := a.ready(); err != nil {
		return nil, err
	}
	sign, key, err := a.verify(req.Header, req.Body)
	if err != nil {
		return nil, err
	}
	fresh, err := checkAge(sign, req.Header, now)
	if err != nil {
		return nil, err
	}
	var env envelope
	plain, err := a.open(&env, req.Body, key)
	if err != nil {
		return nil, err
	}
	if err := a.authenticate(&env, sign, fresh); err != nil {
		return nil, err
	}
	return a.decode(&env, plain, req.Header, now), nil
}

// ready refuses everything for an app whose settings cannot authenticate.
func (a *App) ready() error {
	if len(a.VerificationTokens) == 0 {
		return errNoVerificationToken
	}
	if len(a.EncryptKeys) == 0 && !a.AllowUnsigned {
		return errNoEncryptKey
	}
	return nil
}

// checkAge refuses a signed request outside the window of events. It returns
// whether the request is inside the narrow window of cards too, which applies
// only if the body turns out to be one. An unsigned request has no age.
func checkAge(sign signature, h Header, now time.Time) (fresh bool, err error) {
	if sign == unsigned {
		return true, nil
	}
	t, ok := stampTime(h)
	if !ok || !inWindow(t, now, EventMaxAge) {
		return false, errTimestamp
	}
	return inWindow(t, now, CardMaxAge), nil
}

// open reads the body into env, decrypting it first where it is encrypted, and
// returns the plain text. The key whose signature matched is tried first.
func (a *App) open(env *envelope, body []byte, key int) ([]byte, error) {
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
		plain, err := k.Decrypt(text)
		if err != nil {
			continue
		}
		// One wrong key in 256 leaves good padding: what it opens is no JSON.
		if env.read(plain) == nil {
			env.encrypted = true
			return plain, nil
		}
	}
	return nil, errDecrypt
}

// authenticate makes the checks that need the decoded body.
func (a *App) authenticate(env *envelope, sign signature, fresh bool) error {
	oldCard := env.isOldCard()
	card := oldCard || isCard(string(env.header.text("event_type")))
	if err := a.admits(env, sign, card, oldCard); err != nil {
		return err
	}
	switch {
	case card && !fresh:
		return errTimestamp
	case oldCard:
		return nil // its token field is the card's, not the Verification Token
	case !a.knowsToken(env.token()):
		return errToken
	}
	if id := env.appID(); id != nil && string(id) != a.AppID {
		return errAppID
	}
	return nil
}

// admits decides which bodies each kind of signature may carry.
func (a *App) admits(env *envelope, sign signature, card, oldCard bool) error {
	hasKey := len(a.EncryptKeys) > 0
	switch {
	case sign == signedKey:
		return nil
	case env.isChallenge():
		// Lark never signs it; with an Encrypt Key it comes encrypted.
		if sign == unsigned && hasKey && !env.encrypted {
			return errUnsigned
		}
		return nil
	case sign == signedTok:
		// With an Encrypt Key, new-style cards are signed with it.
		if oldCard || card && !hasKey {
			return nil
		}
		return errStyle
	case hasKey || oldCard:
		return errUnsigned
	}
	return nil
}

// knowsToken compares with each token in constant time. An empty one is never
// known.
func (a *App) knowsToken(token []byte) bool {
	found := 0
	for _, want := range a.VerificationTokens {
		found |= subtle.ConstantTimeCompare(token, []byte(want))
	}
	return found == 1 && len(token) > 0
}

// decode builds the callback of an authentic body.
func (a *App) decode(env *envelope, plain []byte, h Header, now time.Time) *Callback {
	if env.isChallenge() {
		return &Callback{Kind: KindChallenge, Challenge: string(env.top.text("challenge"))}
	}
	out := new(struct { // one allocation for both
		cb Callback
		ev Event
	})
	cb, ev := &out.cb, &out.ev
	cb.Event, ev.LogID = ev, h.LogID()
	if env.isOldCard() {
		cb.Kind, cb.OldCard = KindCard, true
		a.oldCardEvent(ev, env, plain, h, now)
		return cb
	}
	a.event(ev, env, plain)
	switch {
	case isCard(ev.Type):
		cb.Kind = KindCard
	case ev.Type == "app_ticket":
		cb.Kind, cb.Ticket = KindTicket, Secret(env.event.text("app_ticket"))
	}
	return cb
}

// The callbacks that want a reply (cardkit-v1/card-callback-communication;
// callback-subscription/callback-overview).
const (
	TypeCardAction = "card.action.trigger"
	TypeURLPreview = "url.preview.get"
)

func isCard(eventType string) bool {
	return eventType == TypeCardAction || eventType == TypeURLPreview
}
