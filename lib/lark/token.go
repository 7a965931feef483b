package lark

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// Token is an access token and when it ends.
type Token struct {
	Value   Secret
	Expires time.Time
}

// TokenStore shares tokens, and the right to refresh them, between instances.
// lib/store has it in DynamoDB and in memory, and documents the methods at its
// Table.
type TokenStore interface {
	Token(ctx context.Context, key string) (Token, error)
	Lease(ctx context.Context, key string, seen Secret, d time.Duration) (won bool, current Token, err error)
	Settle(ctx context.Context, key string, fresh Token) error
	Ticket(ctx context.Context, appID string) (Secret, error)
}

// Times of tokens.
const (
	// renewBefore is when a token is refreshed: with less than 30 min left Lark
	// gives a new one, and both are valid
	// (authentication-management/access-token/tenant_access_token_internal).
	renewBefore = 30 * time.Minute
	// tokenLease is how long one instance may take to refresh.
	tokenLease = 8 * time.Second
	// tokenWait is the time-out of one call to a token endpoint.
	tokenWait = 5 * time.Second
	// minTokenLife is what a token must still live to be worth sending.
	minTokenLife = 10 * time.Second
)

// tokenKind names a token in its key and is the field that holds it in Lark's
// answer.
type tokenKind string

const (
	tenantToken tokenKind = "tenant_access_token"
	appToken    tokenKind = "app_access_token"
)

// token returns a token to call with. bad is one that Lark has refused, or "":
// it is not returned again.
func (c *Client) token(ctx context.Context, kind tokenKind, tenantKey string, bad Secret) (Secret, error) {
	if kind == appToken || c.app.Type == Custom {
		tenantKey = "" // a custom app has one tenant, an app token none
	} else if tenantKey == "" {
		return "", invalid("a marketplace app needs tenant_key: which tenant is the call for?")
	}
	key := c.tokenKey(kind, tenantKey)
	select { // one refresh at a time in this process
	case c.refreshing <- struct{}{}:
		defer func() { <-c.refreshing }()
	case <-ctx.Done():
		return "", transport("waiting for a token", ctx.Err())
	}
	known := c.known[key]
	if known.Value != bad && c.lives(known, renewBefore) {
		return known.Value, nil
	}
	t, err := c.shared(ctx, key, kind, tenantKey, bad)
	if err != nil {
		return "", err
	}
	c.known[key] = t
	return t.Value, nil
}

// tokenKey has the host, because Feishu and Lark share no tokens.
func (c *Client) tokenKey(kind tokenKind, tenantKey string) string {
	return fmt.Sprintf("%s#%s#%s#%s", c.app.BaseURL, c.app.AppID, kind, tenantKey)
}

// lives says whether a token has more than d left.
func (c *Client) lives(t Token, d time.Duration) bool {
	return t.Value != "" && t.Expires.Sub(c.now()) > d
}

// shared returns the token that all instances use, refreshing it if it is this
// instance's turn. Without the store it goes on alone: more calls to Lark, but
// none lost.
func (c *Client) shared(ctx context.Context, key string, kind tokenKind, tenantKey string, bad Secret) (Token, error) {
	current, err := c.tokens.Token(ctx, key)
	if err != nil {
		return c.fetch(ctx, kind, tenantKey)
	}
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		if current.Value != bad && c.lives(current, renewBefore) {
			return current, nil
		}
		won, now, err := c.tokens.Lease(ctx, key, current.Value, tokenLease)
		if err != nil {
			return c.fetch(ctx, kind, tenantKey)
		}
		if won {
			return c.refresh(ctx, key, kind, tenantKey)
		}
		current = now
		if current.Value != bad && c.lives(current, minTokenLife) {
			return current, nil // another refreshes; the old one still serves
		}
		if !pauseFor(ctx, pause/2+rand.N(pause/2)) {
			return Token{}, transport("waiting for another instance's token", context.DeadlineExceeded)
		}
	}
}

// refresh fetches a token as the holder of the lease.
func (c *Client) refresh(ctx context.Context, key string, kind tokenKind, tenantKey string) (Token, error) {
	fresh, err := c.fetch(ctx, kind, tenantKey)
	// A store that fails here costs another instance a call, no more; and the
	// lease must end even when the caller's time has.
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = c.tokens.Settle(settling, key, fresh)
	return fresh, err
}

// fetch asks Lark for a token
// (authentication-management/access-token/…).
func (c *Client) fetch(ctx context.Context, kind tokenKind, tenantKey string) (Token, error) {
	ctx, cancel := context.WithTimeout(ctx, tokenWait)
	defer cancel()
	body := map[string]string{"app_id": c.app.AppID, "app_secret": c.app.AppSecret.Reveal()}
	path := "auth/v3/" + string(kind)
	switch {
	case c.app.Type == Custom:
		return c.ask(ctx, path+"/internal", kind, body)
	case kind == tenantToken:
		return c.fetchTenant(ctx, path, tenantKey)
	}
	ticket, err := c.tokens.Ticket(ctx, c.app.AppID)
	if err != nil {
		return Token{}, transport("reading the app_ticket", err)
	}
	if ticket == "" {
		c.resend(ctx)
		return Token{}, &Error{Kind: KindAuth, Retryable: true,
			Msg: "no app_ticket has come yet; a new one has been asked for: it comes to the event URL, which must be set in the Lark console"}
	}
	body["app_ticket"] = ticket.Reveal()
	t, err := c.ask(ctx, path, kind, body)
	if failed, ok := err.(*Error); ok && failed.Code == codeTicketInvalid {
		c.resend(ctx)
	}
	return t, err
}

// fetchTenant asks for a tenant's token as a marketplace app, with the app's
// own token; once more with another one when that is no longer good. The
// caller holds the process's one refresh already.
func (c *Client) fetchTenant(ctx context.Context, path, tenantKey string) (Token, error) {
	key := c.tokenKey(appToken, "")
	var bad Secret
	for {
		app, err := c.shared(ctx, key, appToken, "", bad)
		if err != nil {
			return Token{}, err
		}
		t, err := c.ask(ctx, path, tenantToken, map[string]string{"app_access_token": app.Value.Reveal(), "tenant_key": tenantKey})
		if failed, ok := err.(*Error); !ok || !stale(failed.Code) || bad != "" {
			return t, err
		}
		bad = app.Value
	}
}

// codeTicketInvalid is the answer to an app_ticket that is not good.
const codeTicketInvalid = 10012

// resendRest is the least time between two requests for a new app_ticket, of
// all instances together.
const resendRest = 5 * time.Minute

// resend asks Lark for a new app_ticket, which comes as an event
// (access-token/app_ticket_resend). The lease is not settled: it is the
// cool-down. A failure is not reported: the caller's own error says that the
// ticket is missing.
func (c *Client) resend(ctx context.Context) {
	if c.app.Type != Marketplace {
		return
	}
	won, _, err := c.tokens.Lease(ctx, "resend#"+c.app.BaseURL+"#"+c.app.AppID, "", resendRest)
	if err != nil || !won {
		return
	}
	_, _ = c.post(ctx, "auth/v3/app_ticket/resend", map[string]string{"app_id": c.app.AppID, "app_secret": c.app.AppSecret.Reveal()})
}

// post makes a call to an endpoint of tokens, without a token.
func (c *Client) post(ctx context.Context, path string, body map[string]string) (*Result, error) {
	doc, err := json.Marshal(body)
	if err != nil {
		return nil, transport("encoding the token request", err)
	}
	resp, err := c.send(ctx, Call{Method: http.MethodPost, Body: doc}, c.app.BaseURL+"/open-apis/"+path, "")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	res, err := readAnswer(resp)
	if failed, ok := err.(*Error); ok && failed.Code == 0 {
		failed.Msg = fmt.Sprintf("HTTP %d: the answer to %s is not Lark's JSON", failed.Status, path) // it may hold a token
	}
	return res, err
}

// ask posts to a token endpoint, whose answers have no data field.
func (c *Client) ask(ctx context.Context, path string, kind tokenKind, body map[string]string) (Token, error) {
	res, err := c.post(ctx, path, body)
	if err != nil {
		return Token{}, err
	}
	var answer struct {
		Tenant Secret `json:"tenant_access_token"`
		App    Secret `json:"app_access_token"`
		Expire int64  `json:"expire"`
	}
	if json.Unmarshal(res.whole, &answer) != nil {
		return Token{}, transport("reading the token", errors.New("a field has another type"))
	}
	value := answer.Tenant
	if kind == appToken {
		value = answer.App
	}
	if value == "" {
		return Token{}, transport("reading the token", fmt.Errorf("the answer has no %s", kind))
	}
	return Token{value, c.now().Add(time.Duration(answer.Expire) * time.Second)}, nil
}

// pauseFor is false when ctx ends first.
func pauseFor(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
