package lark

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/version"
)

// HTTPDoer is the part of [http.Client] that [Client] uses.
type HTTPDoer interface {
	Do(*http.Request) (*http.Response, error)
}

// Client calls the open platform as one app. It is safe for concurrent use.
type Client struct {
	app          *App
	http         HTTPDoer
	tokens       TokenStore
	now          func() time.Time
	log          *slog.Logger
	retries      int
	onStoreError func(error)

	refreshing chan struct{} // holds one value while a goroutine gets a token
	known      *MemoryTokens // the tokens that this client has got
}

// Do makes a call and returns its result. When Lark refuses the token, Do takes
// another one and makes the call once more. Every error is an [*Error].
func (c *Client) Do(ctx context.Context, call Call) (*Result, error) {
	ctx, cancel := call.withTimeout(ctx)
	defer cancel()
	var res *Result
	err := c.exchange(ctx, call, func(resp *http.Response) (err error) {
		defer resp.Body.Close()
		res, err = readAnswer(resp)
		return err
	})
	if err != nil {
		return nil, err
	}
	if call.NoDataField {
		res.Data = res.whole
	}
	return res, nil
}

// withTimeout returns ctx with the call's time-out.
func (call Call) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	timeout := call.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	return context.WithTimeout(ctx, timeout)
}

// exchange sends the call and passes its answer to read. It does so again while Lark
// throttles the call and retries are left.
func (c *Client) exchange(ctx context.Context, call Call, read func(*http.Response) error) error {
	for n := 0; ; n++ {
		err := c.attempt(ctx, call, read)
		var failed *Error
		if !errors.As(err, &failed) || failed.Kind != KindThrottled {
			return err
		}
		c.log.DebugContext(ctx, "throttled", "app_id", c.app.AppID, "path", call.Path, "code", failed.Code,
			"http_status", failed.Status, "log_id", failed.LogID, "retry_after", failed.RetryAfter, "retries_left", c.retries-n)
		if n >= c.retries || !pauseFor(ctx, throttlePause(failed.RetryAfter, n)) {
			return err
		}
	}
}

// attempt sends the call and passes its answer to read. It does so once more, with
// another token, when Lark refuses the first.
func (c *Client) attempt(ctx context.Context, call Call, read func(*http.Response) error) error {
	kind, err := call.token()
	if err != nil {
		return err
	}
	target, err := call.target(c.app.BaseURL)
	if err != nil {
		return err
	}
	if call.HelpDesk && (c.app.HelpDeskID == "" || c.app.HelpDeskToken == "") {
		return invalid("the call needs the help desk: set help_desk_id and help_desk_token in the app's settings")
	}
	var refused Secret
	for {
		token, err := c.tokenFor(ctx, kind, call, refused)
		if err != nil {
			return err
		}
		resp, err := c.send(ctx, call, target, token)
		if err != nil {
			return err
		}
		err = read(resp)
		var failed *Error
		if !errors.As(err, &failed) {
			return err
		}
		if failed.Code == codeTicketInvalid {
			c.resend(ctx)
		}
		if !tokenRefused(failed.Code) || refused != "" || token == "" || kind == UserToken {
			return err
		}
		refused = token
	}
}

// tokenFor returns a token of the type that the call uses, "" for none. It does not
// return the token that Lark has refused.
func (c *Client) tokenFor(ctx context.Context, kind TokenType, call Call, refused Secret) (Secret, error) {
	switch kind {
	case UserToken:
		return call.UserAccessToken, nil
	case AppToken:
		return c.token(ctx, appToken, "", refused)
	case NoToken:
		return "", nil
	}
	return c.token(ctx, tenantToken, call.TenantKey, refused)
}

// send makes one HTTP request. An empty token is not sent.
func (c *Client) send(ctx context.Context, call Call, target string, token Secret) (*http.Response, error) {
	var body io.ReadCloser
	var kind string
	var size int64
	switch {
	case call.Form != nil:
		var err error
		if body, kind, size, err = call.Form.body(ctx); err != nil {
			return nil, transport("opening the form", err)
		}
	case call.Body != nil:
		body, kind, size = io.NopCloser(bytes.NewReader(call.Body)), "application/json; charset=utf-8", int64(len(call.Body))
		if call.ContentType != "" {
			kind = call.ContentType
		}
	}
	req, err := http.NewRequestWithContext(ctx, strings.ToUpper(call.Method), target, body)
	if err != nil {
		return nil, invalid("method is not an HTTP method")
	}
	req.ContentLength = size
	if size == 0 {
		req.Body = http.NoBody // else net/http takes the length for unknown
	}
	req.Header.Set("User-Agent", version.Product)
	if size > 0 {
		req.Header.Set("Content-Type", kind)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token.Reveal())
	}
	if call.HelpDesk {
		req.Header.Set("X-Lark-Helpdesk-Authorization", c.app.helpDesk())
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, transport("calling Lark", hideURL(err))
	}
	return resp, nil
}

// helpDesk returns the value of the help desk header: base64, without "Basic "
// (helpdesk-v1/ugDOyYjL4gjM24CO4IjN).
func (a *App) helpDesk() string {
	return base64.StdEncoding.EncodeToString([]byte(a.HelpDeskID + ":" + a.HelpDeskToken.Reveal()))
}
