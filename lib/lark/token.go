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

// Token is an access token and the time when it expires.
type Token struct {
	Value   Secret
	Expires time.Time
}

// TokenStore keeps tokens, and gives the right to refresh one to one client at a
// time. [MemoryTokens] is a store for the clients of one process; lib/store has one
// in DynamoDB.
type TokenStore interface {
	// Token returns the stored token of a key, the zero token when there is none.
	Token(ctx context.Context, key string) (Token, error)
	// Lease asks for the right to refresh the token of a key for the time d. It is
	// acquired unless another client has it, or the stored token is not the one that
	// the caller has seen ("" for none). If it is not, the stored token is returned.
	Lease(ctx context.Context, key string, seen Secret, d time.Duration) (acquired bool, stored Token, err error)
	// Settle ends a lease and stores the fresh token. With the zero token it stores
	// nothing, and another client can acquire the lease at once.
	Settle(ctx context.Context, key string, fresh Token) error
	// Ticket returns the newest app_ticket of a marketplace app, "" when none has
	// come yet.
	Ticket(ctx context.Context, appID string) (Secret, error)
}

// Times of tokens.
const (
	// renewBefore is how long before its expiry a token is refreshed. From 30 min
	// before the expiry Lark issues a new one, and both are valid
	// (authentication-management/access-token/tenant_access_token_internal).
	renewBefore = 30 * time.Minute
	// tokenLease is how long one instance may take to refresh.
	tokenLease = 8 * time.Second
	// tokenWait is the time-out of one call to a token endpoint.
	tokenWait = 5 * time.Second
	// minTokenLife is how long a token must still be valid to be sent.
	minTokenLife = 10 * time.Second
)

// tokenKind names a token in its key and is the field that holds it in Lark's
// answer.
type tokenKind string

const (
	tenantToken tokenKind = "tenant_access_token"
	appToken    tokenKind = "app_access_token"
)

// token returns a token of a kind. It does not return the token that Lark has refused,
// if there is one.
func (c *Client) token(ctx context.Context, kind tokenKind, tenantKey string, refused Secret) (Secret, error) {
	if kind == appToken || c.app.Type == Custom {
		tenantKey = "" // a custom app has one tenant, and an app token belongs to none
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
	known, _ := c.known.Token(ctx, key) // a MemoryTokens returns no error
	if known.Value != refused && c.validFor(known, renewBefore) {
		return known.Value, nil
	}
	t, err := c.sharedToken(ctx, key, kind, tenantKey, refused)
	if err != nil {
		return "", err
	}
	_ = c.known.Settle(ctx, key, t)
	return t.Value, nil
}

// tokenKey returns the key of a token in the store. It has the host, because Feishu
// and Lark share no tokens.
func (c *Client) tokenKey(kind tokenKind, tenantKey string) string {
	return fmt.Sprintf("%s#%s#%s#%s", c.app.BaseURL, c.app.AppID, kind, tenantKey)
}

// validFor reports whether a token has more than d left.
func (c *Client) validFor(t Token, d time.Duration) bool {
	return t.Value != "" && t.Expires.Sub(c.now()) > d
}

// sharedToken returns the token that all clients use. It refreshes the token if it
// acquires the lease. If the store fails, the client gets a token for itself: Lark is
// called more often, but no call fails for that.
func (c *Client) sharedToken(ctx context.Context, key string, kind tokenKind, tenantKey string, refused Secret) (Token, error) {
	current, err := c.tokens.Token(ctx, key)
	if err != nil {
		c.storeFailed(ctx, "reading a token", err)
		return c.fetch(ctx, kind, tenantKey, refused)
	}
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		if current.Value != refused && c.validFor(current, renewBefore) {
			return current, nil
		}
		acquired, stored, err := c.tokens.Lease(ctx, key, current.Value, tokenLease)
		if err != nil {
			c.storeFailed(ctx, "leasing a token", err)
			return c.fetch(ctx, kind, tenantKey, current.Value)
		}
		if acquired {
			return c.refresh(ctx, key, kind, tenantKey, current.Value)
		}
		current = stored
		if current.Value != refused && c.validFor(current, minTokenLife) {
			return current, nil // another client refreshes it, and this one is still valid
		}
		if !pauseFor(ctx, pause/2+rand.N(pause/2)) {
			return Token{}, transport("waiting for another instance's token", context.DeadlineExceeded)
		}
	}
}

// refresh fetches a token and stores it. The caller has the lease.
func (c *Client) refresh(ctx context.Context, key string, kind tokenKind, tenantKey string, old Secret) (Token, error) {
	fresh, err := c.fetch(ctx, kind, tenantKey, old)
	// If the store fails here, another instance makes one more call. The lease must
	// end even if the context of the caller has ended.
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := c.tokens.Settle(settling, key, fresh); err != nil {
		c.storeFailed(ctx, "storing a token", err)
	}
	return fresh, err
}

// storeFailed logs an error of the token store and passes it to the hook. The call
// goes on.
func (c *Client) storeFailed(ctx context.Context, doing string, err error) {
	c.log.WarnContext(ctx, "the token store failed", "app_id", c.app.AppID, "doing", doing, "error", err)
	c.onStoreError(err)
}

// fetch gets a token from Lark and logs that. old is the token that it replaces, ""
// for none.
func (c *Client) fetch(ctx context.Context, kind tokenKind, tenantKey string, old Secret) (Token, error) {
	ctx, cancel := context.WithTimeout(ctx, tokenWait)
	defer cancel()
	t, err := c.requestToken(ctx, kind, tenantKey)
	if err != nil {
		return Token{}, err
	}
	message := "token fetched"
	if old != "" {
		message = "token refreshed"
	}
	c.log.DebugContext(ctx, message, "app_id", c.app.AppID, "kind", string(kind), "tenant_key", tenantKey, "expires", t.Expires)
	return t, nil
}

// requestToken makes the calls that return a token of a kind
// (authentication-management/access-token/…).
func (c *Client) requestToken(ctx context.Context, kind tokenKind, tenantKey string) (Token, error) {
	body := map[string]string{"app_id": c.app.AppID, "app_secret": c.app.AppSecret.Reveal()}
	path := "auth/v3/" + string(kind)
	switch {
	case c.app.Type == Custom:
		return c.postForToken(ctx, path+"/internal", kind, body)
	case kind == tenantToken:
		return c.fetchTenantToken(ctx, path, tenantKey)
	}
	ticket, err := c.tokens.Ticket(ctx, c.app.AppID)
	if err != nil {
		c.storeFailed(ctx, "reading the app_ticket", err)
		return Token{}, transport("reading the app_ticket", err)
	}
	if ticket == "" {
		c.resend(ctx)
		return Token{}, &Error{Kind: KindAuth, Retryable: true,
			Msg: "no app_ticket has come yet; a new one has been asked for: it comes to the event URL, which must be set in the Lark console"}
	}
	body["app_ticket"] = ticket.Reveal()
	t, err := c.postForToken(ctx, path, kind, body)
	if codeOf(err) == codeTicketInvalid {
		c.resend(ctx)
	}
	return t, err
}

// fetchTenantToken gets the token of a tenant for a marketplace app, with the app's own
// token. If Lark refuses that one, it gets another and tries once more. Its caller has
// put the value into c.refreshing.
func (c *Client) fetchTenantToken(ctx context.Context, path, tenantKey string) (Token, error) {
	key := c.tokenKey(appToken, "")
	var refused Secret
	for {
		app, err := c.sharedToken(ctx, key, appToken, "", refused)
		if err != nil {
			return Token{}, err
		}
		t, err := c.postForToken(ctx, path, tenantToken, map[string]string{"app_access_token": app.Value.Reveal(), "tenant_key": tenantKey})
		if !tokenRefused(codeOf(err)) || refused != "" {
			return t, err
		}
		refused = app.Value
	}
}

// codeTicketInvalid is the code of an answer that refuses an app_ticket.
const codeTicketInvalid = 10012

// resendPause is the least time between two requests for a new app_ticket, by all
// clients together.
const resendPause = 5 * time.Minute

// resend asks Lark for a new app_ticket, which comes as an event
// (access-token/app_ticket_resend). The lease is not settled, so that no client asks
// before it has expired. A failure is not returned, because the error of the caller
// says that the ticket is missing.
func (c *Client) resend(ctx context.Context) {
	if c.app.Type != Marketplace {
		return
	}
	acquired, _, err := c.tokens.Lease(ctx, "resend#"+c.app.BaseURL+"#"+c.app.AppID, "", resendPause)
	if err != nil {
		c.storeFailed(ctx, "leasing the request for an app_ticket", err)
	}
	if err != nil || !acquired {
		return
	}
	c.log.DebugContext(ctx, "app_ticket asked for", "app_id", c.app.AppID)
	_, _ = c.post(ctx, "auth/v3/app_ticket/resend", map[string]string{"app_id": c.app.AppID, "app_secret": c.app.AppSecret.Reveal()})
}

// post calls a token endpoint, without a token.
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
	var failed *Error
	if errors.As(err, &failed) && failed.Code == 0 {
		failed.Msg = fmt.Sprintf("HTTP %d: the answer to %s is not Lark's JSON", failed.Status, path) // it may hold a token
	}
	return res, err
}

// postForToken calls a token endpoint and returns the token in its answer, which has
// no data field.
func (c *Client) postForToken(ctx context.Context, path string, kind tokenKind, body map[string]string) (Token, error) {
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

// throttlePause returns the pause before a throttled call is repeated the n-th time:
// what Lark asks for, or else a growing time. A random time of up to half of it is
// added, so that clients which were throttled together do not repeat together.
func throttlePause(asked time.Duration, n int) time.Duration {
	pause := asked
	if pause <= 0 {
		pause = min(500*time.Millisecond<<min(n, 10), 15*time.Second)
	}
	return pause + rand.N(pause/2)
}

// pauseFor pauses for the time d and returns true. It returns false when ctx ends
// before that, and at once when its deadline is earlier.
func pauseFor(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
