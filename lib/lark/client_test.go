package lark_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/store"
)

const (
	customID, marketID = "cli_custom", "cli_market"
	appSecret          = "app-secret-text"
)

// tick is a clock that a test sets.
type tick struct {
	mu sync.Mutex
	t  time.Time
}

func (c *tick) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *tick) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// platform is a stand-in for Lark with a custom and a marketplace app, and a
// store, all on one clock.
type platform struct {
	*larktest.Platform
	t     *testing.T
	clock *tick
	store *store.Memory
	url   string
	http  *http.Client
	seen  int // token calls that were expected so far
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	clock := &tick{t: now}
	lark := larktest.New(larktest.WithClock(clock.now), larktest.WithApps(
		larktest.App{ID: customID, Secret: appSecret}, larktest.App{ID: marketID, Secret: appSecret, Marketplace: true}))
	server := httptest.NewServer(lark)
	t.Cleanup(server.Close)
	pool := server.Client().Transport.(*http.Transport)
	pool.MaxConnsPerHost, pool.MaxIdleConnsPerHost = 16, 16
	return &platform{Platform: lark, t: t, clock: clock, store: store.NewMemory(clock.now), url: server.URL, http: server.Client()}
}

func (p *platform) app(appID string) *lark.App {
	app := &lark.App{Name: "default", Type: lark.Custom, BaseURL: p.url, AppID: appID, AppSecret: appSecret}
	if appID == marketID {
		app.Type = lark.Marketplace
	}
	return app
}

// client is a cold instance of the custom app.
func (p *platform) client() *lark.Client {
	return lark.NewClient(p.app(customID), lark.WithHTTPClient(p.http), lark.WithTokenStore(p.store), lark.WithClock(p.clock.now))
}

// market is a cold instance of the marketplace app.
func (p *platform) market() *lark.Client {
	return lark.NewClient(p.app(marketID), lark.WithHTTPClient(p.http), lark.WithTokenStore(p.store), lark.WithClock(p.clock.now))
}

// call makes a call that needs a tenant's token, and looks for secrets in its
// error.
func (p *platform) call(c *lark.Client, tenant string) error {
	ctx, cancel := context.WithTimeout(p.t.Context(), 30*time.Second) // rather an error than a test that hangs
	defer cancel()
	_, err := c.Do(ctx, lark.Call{Method: "GET", Path: "im/v1/chats", TenantKey: tenant})
	checkSecrets(p.t, err)
	return err
}

func (p *platform) works(c *lark.Client, tenant string) {
	p.t.Helper()
	if err := p.call(c, tenant); err != nil {
		p.t.Error(err)
	}
}

// wantTokenCalls checks the number of token calls since it was last called.
func (p *platform) wantTokenCalls(want int) {
	p.t.Helper()
	all := p.TokenCalls()
	if got := all - p.seen; got != want {
		p.t.Errorf("%d token calls, want %d", got, want)
	}
	p.seen = all
}

func (p *platform) together(n int, f func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}

func TestCallPaths(t *testing.T) {
	for _, tt := range []struct {
		path  string
		query url.Values
		want  string
	}{
		{"im/v1/chats", nil, "/open-apis/im/v1/chats"},
		{"/im/v1/chats", nil, "/open-apis/im/v1/chats"},
		{"/open-apis/im/v1/chats", nil, "/open-apis/im/v1/chats"},
		{platformURL + "/open-apis/im/v1/chats", nil, "/open-apis/im/v1/chats"},
		{platformURL + "/open-apis/im/v1/chats?a=1", nil, "/open-apis/im/v1/chats?a=1"},
		{"message/v4/batch_send/", nil, "/open-apis/message/v4/batch_send/"},
		{"x?b=2&a=1", url.Values{"a": {"3", "4"}, "c": {"ü &"}}, "/open-apis/x?a=1&a=3&a=4&b=2&c=%C3%BC+%26"},
		{"x?redirect_uri=https://app.example.com/cb", nil, "/open-apis/x?redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb"},
		{"im/v1/messages/om_a%2Fb", nil, "/open-apis/im/v1/messages/om_a%2Fb"},
		// Odd, but on the app's own host.
		{"//evil.example.com/x", nil, "/open-apis/evil.example.com/x"},
		{"@evil.example.com", nil, "/open-apis/@evil.example.com"},
		{platformURL + "/@evil.example.com", nil, "/open-apis/@evil.example.com"},
	} {
		var got *http.Request
		_, err := bare(t, wireFunc(func(r *http.Request) (*http.Response, error) {
			got = r
			return respond(200, nil, `{"code":0}`)(r)
		}), lark.Call{Method: "GET", Path: tt.path, Query: tt.query})
		if err != nil {
			t.Errorf("%s: %v", tt.path, err)
		} else if got.URL.String() != platformURL+tt.want || got.Method != "GET" {
			t.Errorf("%s: %s %s, want %s", tt.path, got.Method, got.URL, tt.want)
		}
	}
}

// Nothing is sent when a request is wrong: no call, and above all no token to
// another host.
func TestRefusedBeforeSending(t *testing.T) {
	for name, call := range map[string]lark.Call{
		"another host":             {Path: "https://evil.example.com/open-apis/x"},
		"a longer host":            {Path: platformURL + ".evil.example.com/x"},
		"the host as a user":       {Path: platformURL + "@evil.example.com/x"},
		"another scheme":           {Path: "http://open.example.com/x"},
		"the scheme in capitals":   {Path: "HTTPS://evil.example.com/x"},
		"another port":             {Path: platformURL + ":8443/x"},
		"a control character":      {Path: "x\ny"},
		"a backslash":              {Path: "x\\..\\..\\y"},
		"a fragment":               {Path: "x#y"},
		"a broken escape":          {Path: "x/%zz"},
		"a method with a space":    {Path: "x", Method: "GET /"},
		"a token type of no kind":  {Path: "x", Tokens: []lark.TokenType{"bot"}},
		"user without a token":     {Path: "x", Tokens: []lark.TokenType{lark.UserToken}},
		"another host, with token": {Path: "https://evil.example.com/x", Tokens: []lark.TokenType{lark.UserToken}, UserAccessToken: "u-secret-text"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := bare(t, wireFunc(func(r *http.Request) (*http.Response, error) {
				t.Errorf("a request is sent to %s", r.URL)
				return respond(200, nil, `{"code":0}`)(r)
			}), call)
			if e := failure(t, err); e.Kind != lark.KindValidation || e.Retryable || strings.Contains(err.Error(), "secret-text") {
				t.Errorf("got %+v", *e)
			}
		})
	}
}

func TestRequest(t *testing.T) {
	for _, tt := range []struct {
		name                 string
		call                 lark.Call
		body, kind, identity string
	}{
		{"no body", lark.Call{Method: "GET"}, "", "", ""},
		{"a body", lark.Call{Method: "POST", Body: json.RawMessage(`{"n":1.0, "s":"\u4f60"}`)}, `{"n":1.0, "s":"\u4f60"}`, "application/json; charset=utf-8", ""},
		{"an empty object", lark.Call{Method: "DELETE", Body: json.RawMessage(`{}`)}, `{}`, "application/json; charset=utf-8", ""},
		{"a user's token", lark.Call{Method: "GET", Tokens: []lark.TokenType{lark.UserToken}, UserAccessToken: "u-1"}, "", "", "Bearer u-1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.call.Path = "x"
			_, err := bare(t, wireFunc(func(r *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				got := []string{r.Method, string(body), r.Header.Get("Content-Type"), r.Header.Get("Authorization")}
				if diff := cmp.Diff([]string{tt.call.Method, tt.body, tt.kind, tt.identity}, got); diff != "" {
					t.Error(diff)
				}
				if r.ContentLength != int64(len(tt.body)) || r.Header.Get("User-Agent") == "" {
					t.Errorf("length %d, user agent %q", r.ContentLength, r.Header.Get("User-Agent"))
				}
				return respond(200, nil, `{"code":0}`)(r)
			}), tt.call)
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestResult(t *testing.T) {
	const flat = `{"code":0,"msg":"ok","bot":{"n":12345678901234567890}}`
	for _, tt := range []struct {
		name   string
		status int
		answer string
		whole  bool
		want   lark.Result
	}{
		{"data as it came", 200, `{"code":0,"msg":"success","data":{"n":12345678901234567890, "z":1,"a":"\u4f60"}}`, false,
			lark.Result{Msg: "success", Data: json.RawMessage(`{"n":12345678901234567890, "z":1,"a":"\u4f60"}`), Status: 200, LogID: "log"}},
		{"no data", 200, `{"code":0}`, false, lark.Result{Status: 200, LogID: "log"}},
		{"an answer without a data field", 200, flat, true, lark.Result{Msg: "ok", Data: json.RawMessage(flat), Status: 200, LogID: "log"}},
		{"another good status", 201, `{"code":0,"data":7}`, false, lark.Result{Data: json.RawMessage(`7`), Status: 201, LogID: "log"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := bare(t, respond(tt.status, http.Header{"X-Tt-Logid": {"log"}}, tt.answer), lark.Call{Path: "x", NoDataField: tt.whole})
			if err != nil {
				t.Fatal(err)
			}
			if got.Header.Get("X-Tt-Logid") != got.LogID {
				t.Errorf("got the headers %v, want those of the answer", got.Header)
			}
			if diff := cmp.Diff(&tt.want, got, cmpopts.IgnoreUnexported(lark.Result{}), cmpopts.IgnoreFields(lark.Result{}, "Header")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A token that Lark refuses is replaced once, whatever the status, and the
// call made again as it was.
func TestRefusedToken(t *testing.T) {
	for _, tt := range []struct {
		name       string
		code       int
		times      int // 0: for ever
		call       lark.Call
		calls      int // of the API
		tokenCalls int
		ok         bool
	}{
		{"tenant token", 99991663, 1, lark.Call{}, 2, 2, true},
		{"app token", 99991664, 1, lark.Call{Tokens: []lark.TokenType{lark.AppToken}}, 2, 2, true},
		{"wrong form", 99991671, 1, lark.Call{}, 2, 2, true},
		{"for ever", 99991663, 0, lark.Call{}, 2, 2, false},
		{"a user's token", 99991663, 1, lark.Call{Tokens: []lark.TokenType{lark.UserToken}, UserAccessToken: "u-secret-text"}, 1, 0, false},
		{"no token", 99991663, 1, lark.Call{Tokens: []lark.TokenType{lark.NoToken}}, 1, 0, false},
		{"another code", 99991672, 1, lark.Call{}, 1, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlatform(t)
			reply := verbatim(fmt.Sprintf(`{"code":%d,"msg":"refused"}`, tt.code))
			reply.Times = tt.times
			isCall := func(r *http.Request) bool {
				body, err := io.ReadAll(r.Body)
				return r.URL.Path == "/open-apis/im/v1/messages" && string(body) == `{"n":1.0}` && err == nil
			}
			reply.Match = isCall
			p.Fail(reply)
			good := verbatim(`{"code":0}`)
			good.Match = isCall
			p.Fail(good)
			tt.call.Method, tt.call.Path, tt.call.Body = "POST", "im/v1/messages", json.RawMessage(`{"n":1.0}`)
			_, err := p.client().Do(t.Context(), tt.call)
			checkSecrets(t, err)
			if (err == nil) != tt.ok {
				t.Errorf("got %v", err)
			}
			if !tt.ok && failure(t, err).Code != tt.code {
				t.Errorf("got %v, want the code %d", err, tt.code)
			}
			p.wantTokenCalls(tt.tokenCalls)
			if got := len(p.Calls()) - tt.tokenCalls; got != tt.calls {
				t.Errorf("%d calls, want %d", got, tt.calls)
			}
		})
	}
}
