package lark

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// TokenType is the identity that a call is made with.
type TokenType string

// The identities of a call.
const (
	TenantToken TokenType = "tenant" // the app in a tenant
	AppToken    TokenType = "app"    // the app itself
	UserToken   TokenType = "user"   // a user, with [Call.UserAccessToken]
	NoToken     TokenType = "none"
)

// DefaultTimeout is how long a call may take, its tokens and its retries included.
const DefaultTimeout = 30 * time.Second

// Call describes one call of an open API.
type Call struct {
	Method string
	// Path is /open-apis/im/v1/messages, short im/v1/messages, or a whole URL
	// on the app's own host. Segments such as :message_id are filled in from
	// PathParams, escaped.
	Path       string
	PathParams map[string]string
	Query      url.Values
	// Body is sent byte for byte; nil for none.
	Body []byte
	// ContentType is the media type of Body; "" is JSON.
	ContentType string
	// Form is sent as multipart instead of Body.
	Form *Form
	// Tokens are the types that the API takes; nil is tenant and user.
	Tokens          []TokenType
	TenantKey       string // for marketplace apps
	UserAccessToken Secret
	// HelpDesk adds the help desk header.
	HelpDesk bool
	// NoDataField makes the whole answer the data, for the few APIs without a
	// data field.
	NoDataField bool
	// Timeout is how long the call may take, as for [DefaultTimeout]; 0 is that.
	Timeout time.Duration
}

// Result is the answer to a call that succeeded.
type Result struct {
	Code   int
	Msg    string
	Data   json.RawMessage
	Status int
	LogID  string
	// Header holds the headers of the answer.
	Header http.Header

	whole json.RawMessage
}

// token returns the type of token that the call uses: the user's where one is given,
// else the tenant's, else the first that the API takes. A token or a tenant that is
// given and cannot be used is an error, because the call must not be made with other
// permissions.
func (call Call) token() (TokenType, error) {
	types := call.Tokens
	if len(types) == 0 {
		types = []TokenType{TenantToken, UserToken}
	}
	for _, t := range types {
		if !slices.Contains([]TokenType{TenantToken, AppToken, UserToken, NoToken}, t) {
			return "", invalid("token must be tenant, app, user or none")
		}
	}
	takes := func(t TokenType) bool { return slices.Contains(types, t) }
	switch {
	case call.UserAccessToken != "" && takes(UserToken):
		return UserToken, nil
	case call.UserAccessToken != "":
		return "", invalid("user_access_token is given, but the call is not made as a user")
	case call.TenantKey != "" && !takes(TenantToken):
		return "", invalid("tenant_key is given, but the call is not made in a tenant")
	case takes(TenantToken):
		return TenantToken, nil
	}
	first := slices.Min(types)
	if first == UserToken {
		return "", invalid("user_access_token is missing")
	}
	return first, nil
}

// target returns the URL of the call on the app's own host. Another host is an
// error, because the token must not go there.
func (call Call) target(base string) (string, error) {
	path, rawQuery, _ := strings.Cut(call.Path, "?") // a query may hold a URL
	switch {
	case strings.HasPrefix(path, base+"/"):
		path = strings.TrimPrefix(path, base)
	case strings.Contains(path, "://"):
		return "", invalid("path must be on the app's own host, " + base)
	}
	path = strings.TrimLeft(path, "/")
	if !strings.HasPrefix(path, "open-apis/") {
		path = "open-apis/" + path
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		name, isParam := strings.CutPrefix(s, ":")
		switch value := call.PathParams[name]; {
		case isParam && value == "":
			return "", invalid(fmt.Sprintf("path: the value of :%s is missing in path_params", name))
		case isParam:
			segments[i] = escapeSegment(value)
		case s == "." || s == ".." || strings.ContainsAny(s, "#\\"):
			return "", invalid("path is not a path of the open platform")
		}
	}
	u, err := url.Parse(base + "/" + strings.Join(segments, "/"))
	query, queryErr := url.ParseQuery(rawQuery)
	if err != nil || queryErr != nil {
		return "", invalid("path is not a path of the open platform")
	}
	for name, values := range call.Query {
		query[name] = append(query[name], values...)
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// escapeSegment returns a value as one segment of a path. It escapes everything that
// would add a segment or a query, or would name the parent.
func escapeSegment(value string) string {
	if value == "." || value == ".." {
		return strings.ReplaceAll(value, ".", "%2E")
	}
	return url.PathEscape(value)
}

// Download is a file that Lark sends. The caller reads and closes Body.
type Download struct {
	Body   io.ReadCloser
	Type   string
	Size   int64 // in bytes, -1 when Lark does not say
	Status int
	LogID  string
	Header http.Header // of the answer
}

func newDownload(resp *http.Response, body io.ReadCloser) *Download {
	return &Download{body, resp.Header.Get("Content-Type"), resp.ContentLength, resp.StatusCode, logID(resp.Header), resp.Header}
}

// Download makes a call whose answer is a file. An answer of Lark's that reports
// an error is returned as that error, whatever its status, and never as the file.
// The call's time-out covers the reading of the file, too.
func (c *Client) Download(ctx context.Context, call Call) (*Download, error) {
	ctx, cancel := call.withTimeout(ctx)
	var file *Download
	err := c.exchange(ctx, call, func(resp *http.Response) (err error) {
		file, err = openFile(resp)
		return err
	})
	if err != nil {
		cancel()
		return nil, err
	}
	file.Body = cancelOnClose{file.Body, cancel}
	return file, nil
}

// cancelOnClose is the body of a download, which ends the call when it is closed.
type cancelOnClose struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (c cancelOnClose) Close() error {
	defer c.cancel()
	return c.ReadCloser.Close()
}

// maxError is the size in bytes up to which a JSON answer to a download can be an
// error. A larger one is a file.
const maxError = 64 << 10

// openFile returns the file of an answer, or the error that the answer reports
// instead.
func openFile(resp *http.Response) (*Download, error) {
	isJSON := strings.Contains(resp.Header.Get("Content-Type"), "json")
	if resp.StatusCode == http.StatusOK && !isJSON {
		return newDownload(resp, resp.Body), nil
	}
	defer func() {
		if resp.Body != nil {
			resp.Body.Close()
		}
	}()
	start, err := io.ReadAll(io.LimitReader(resp.Body, maxError))
	if err != nil {
		return nil, transport("reading Lark's answer", err)
	}
	_, err = parseAnswer(resp, start)
	var failed *Error
	errors.As(err, &failed)
	if resp.StatusCode != http.StatusOK {
		if failed == nil { // code 0 with a status that is not 200, such as a part of a file
			failed = &Error{Kind: KindTransport, Status: resp.StatusCode, LogID: logID(resp.Header), Header: resp.Header, Msg: "the answer is not a whole file"}
		}
		return nil, failed
	}
	if failed != nil && failed.Code != 0 {
		return nil, failed
	}
	rest := resp.Body
	resp.Body = nil // the download closes it
	return newDownload(resp, struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(start), rest), rest}), nil
}
