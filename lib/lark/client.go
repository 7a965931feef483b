package lark

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// HTTP is the part of [http.Client] that [Client] uses.
type HTTP interface {
	Do(*http.Request) (*http.Response, error)
}

// Client calls the open platform as one app. It is safe for concurrent use.
type Client struct {
	app    *App
	http   HTTP
	tokens TokenStore
	now    func() time.Time

	refreshing chan struct{}    // holds one value while a token is looked for
	known      map[string]Token // guarded by refreshing
}

// NewClient makes a client. It does no I/O.
func NewClient(app *App, client HTTP, tokens TokenStore, now func() time.Time) *Client {
	return &Client{app: app, http: client, tokens: tokens, now: now,
		refreshing: make(chan struct{}, 1), known: map[string]Token{}}
}

// TokenType is the identity that a call is made with.
type TokenType string

// The identities of a call.
const (
	TenantToken TokenType = "tenant" // the app in a tenant; the default
	AppToken    TokenType = "app"    // the app itself
	UserToken   TokenType = "user"   // a user, with [Call.UserAccessToken]
	NoToken     TokenType = "none"
)

// Call is one call of an open API.
type Call struct {
	Method string
	// Path is /open-apis/im/v1/messages, short im/v1/messages, or a whole URL
	// on the app's own host.
	Path  string
	Query url.Values
	// Body is JSON, or nil for none.
	Body            json.RawMessage
	Token           TokenType
	TenantKey       string // for marketplace apps
	UserAccessToken Secret
	// NoDataField makes the whole answer the data, for the few APIs without a
	// data field.
	NoDataField bool
}

// Result is the answer to a call that succeeded.
type Result struct {
	Code   int
	Msg    string
	Data   json.RawMessage
	Status int
	LogID  string

	whole json.RawMessage
}

// Do makes the call. Every error is an [*Error]. When Lark says that the token
// is not good any more, it takes another one and tries once more.
func (c *Client) Do(ctx context.Context, call Call) (*Result, error) {
	target, err := c.target(call)
	if err != nil {
		return nil, err
	}
	var bad Secret
	for {
		token, err := c.pick(ctx, call, bad)
		if err != nil {
			return nil, err
		}
		res, err := c.send(ctx, call.Method, target, call.Body, token)
		failed, ok := err.(*Error)
		if ok && stale(failed.Code) && bad == "" && token != "" && call.Token != UserToken {
			bad = token
			continue
		}
		if err == nil && call.NoDataField {
			res.Data = res.whole
		}
		return res, err
	}
}

// pick returns the token of the call's type, "" for none.
func (c *Client) pick(ctx context.Context, call Call, bad Secret) (Secret, error) {
	switch call.Token {
	case TenantToken, "":
		return c.token(ctx, tenantToken, call.TenantKey, bad)
	case AppToken:
		return c.token(ctx, appToken, "", bad)
	case UserToken:
		if call.UserAccessToken == "" {
			return "", invalid("token is user, but user_access_token is empty")
		}
		return call.UserAccessToken, nil
	case NoToken:
		return "", nil
	}
	return "", invalid("token must be tenant, app, user or none")
}

// target makes the URL of a call. The token goes to the app's own host and
// nowhere else.
func (c *Client) target(call Call) (string, error) {
	path := call.Path
	place, _, _ := strings.Cut(path, "?") // a query may hold a URL
	switch {
	case strings.HasPrefix(path, c.app.BaseURL+"/"):
		path = strings.TrimPrefix(path, c.app.BaseURL)
	case strings.Contains(place, "://"):
		return "", invalid("path must be on the app's own host, " + c.app.BaseURL)
	}
	path = strings.TrimPrefix(path, "/")
	if !strings.HasPrefix(path, "open-apis/") {
		path = "open-apis/" + path
	}
	u, err := url.Parse(c.app.BaseURL + "/" + path)
	if err != nil || u.Fragment != "" {
		return "", invalid("path is not a path of the open platform")
	}
	query := u.Query()
	for name, values := range call.Query {
		query[name] = append(query[name], values...)
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// maxAnswer is the size in bytes up to which an answer is read.
const maxAnswer = 16 << 20

// send makes one HTTP request and reads Lark's answer. An empty token sends
// none.
func (c *Client) send(ctx context.Context, method, target string, body []byte, token Secret) (*Result, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, invalid("method is not an HTTP method")
	}
	req.Header.Set("User-Agent", "larkbridge")
	if body != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token.Reveal())
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, transport("calling Lark", err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, transport("reading Lark's answer", err)
	}
	return readAnswer(resp, data)
}

// answer is the shape of every JSON answer
// (api-call-guide/calling-process/get-).
type answer struct {
	Code  *int            `json:"code"`
	Msg   string          `json:"msg"`
	Data  json.RawMessage `json:"data"`
	Error struct {
		LogID                string          `json:"log_id"`
		Troubleshooter       string          `json:"troubleshooter"`
		FieldViolations      json.RawMessage `json:"field_violations"`
		PermissionViolations json.RawMessage `json:"permission_violations"`
	} `json:"error"`
}

// readAnswer judges by the code in the body, because the status is not
// reliable; and by the status when the body is no answer of Lark's.
func readAnswer(resp *http.Response, data []byte) (*Result, error) {
	logID := resp.Header.Get("X-Tt-Logid")
	if logID == "" {
		logID = resp.Header.Get("X-Request-Id")
	}
	reset, _ := strconv.Atoi(resp.Header.Get("X-Ogw-Ratelimit-Reset"))
	wait := time.Duration(max(0, reset)) * time.Second
	var a answer
	if err := json.Unmarshal(data, &a); err != nil || a.Code == nil {
		e := &Error{Kind: KindTransport, Status: resp.StatusCode, LogID: logID, Retryable: resp.StatusCode >= 500, RetryAfter: wait,
			Msg: fmt.Sprintf("the answer is not Lark's JSON: %s %s", resp.Header.Get("Content-Type"), excerpt(data))}
		if resp.StatusCode >= 400 {
			e.Kind, e.Retryable = classify(0, resp.StatusCode)
		}
		return nil, e
	}
	if *a.Code == 0 {
		return &Result{Msg: a.Msg, Data: a.Data, Status: resp.StatusCode, LogID: logID, whole: data}, nil
	}
	kind, retryable := classify(*a.Code, resp.StatusCode)
	if a.Error.LogID != "" && logID == "" {
		logID = a.Error.LogID
	}
	return nil, &Error{
		Kind: kind, Code: *a.Code, Msg: a.Msg, Status: resp.StatusCode, LogID: logID, Retryable: retryable,
		RetryAfter:      wait,
		FieldViolations: a.Error.FieldViolations, PermissionViolations: a.Error.PermissionViolations,
		Troubleshooter: a.Error.Troubleshooter,
	}
}

// excerpt quotes the beginning of what is no answer of Lark's: a gateway's page
// says what went wrong. Broken JSON is not quoted: it may hold a token.
func excerpt(data []byte) string {
	if text := bytes.TrimSpace(data); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		return fmt.Sprintf("of %d bytes", len(data))
	}
	return fmt.Sprintf("%.200q", data)
}
