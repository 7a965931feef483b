package lark_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/store"
)

// wireFunc is an HTTP client in place of the network.
type wireFunc func(*http.Request) (*http.Response, error)

func (f wireFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

// respond gives one answer to every request.
func respond(status int, header http.Header, body string) wireFunc {
	return func(*http.Request) (*http.Response, error) {
		if header == nil {
			header = http.Header{"Content-Type": {"application/json; charset=utf-8"}}
		}
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

const platformURL = "https://open.example.com"

// bare is a client without a token, for what comes after the request.
func bare(t *testing.T, wire lark.HTTPDoer, call lark.Call) (*lark.Result, error) {
	t.Helper()
	clock := func() time.Time { return now }
	app := &lark.App{Name: "default", Type: lark.Custom, BaseURL: platformURL, AppID: "cli_a", AppSecret: "app-secret-text"}
	if call.Tokens == nil {
		call.Tokens = []lark.TokenType{lark.NoToken}
	}
	return lark.NewClient(app, lark.WithHTTPClient(wire), lark.WithTokenStore(store.NewMemory(clock)), lark.WithClock(clock)).Do(t.Context(), call)
}

// failure is the error of a call, which must be Lark's own type.
func failure(t *testing.T, err error) *lark.Error {
	t.Helper()
	var e *lark.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *lark.Error", err)
	}
	return e
}

// secrets are the app's, the tickets and the tokens of the stand-in.
var secrets = regexp.MustCompile(appSecret + `|secret-text|[A-Z2-7]{26}|Bearer`)

func checkSecrets(t *testing.T, err error) {
	t.Helper()
	text, jsonErr := json.Marshal(err)
	if jsonErr != nil {
		t.Error(jsonErr)
	}
	if found := secrets.FindString(fmt.Sprintf("%+v %s", err, text)); err != nil && found != "" {
		t.Errorf("%q is in the error %v", found, err)
	}
}

func TestErrorKinds(t *testing.T) {
	for _, group := range []struct {
		kind      lark.ErrorKind
		retryable bool
		codes     string
	}{
		{lark.KindThrottled, true, "99991400 230020 11232 11233 11247 90217 1000004 1000005 1254290 1061045"},
		{lark.KindServer, true, "230049 18121 1254291 1254607 200810"},
		{lark.KindServer, true, "2200 1500 1642 1663 1668 5000 10101 10105 55001 10500 300120 11246 232096 20050 20072"},
		{lark.KindQuota, false, "99991403 99991406"},
		{lark.KindAuth, true, "10012"},
		{lark.KindAuth, false, "99991661 99991663 99991664 99991665 99991668 99991669 99991671 99991677 99991543 " +
			"10013 10014 10015 10016 20005 20013 20014 99991662 99991673 154001"},
		{lark.KindPermission, false, "99991401 99991672 99991676 99991679 230002 230006 230013 230018 230026 230027 230035 230053 234002"},
		{lark.KindNotFound, false, "99991201 231003 99992500 99992501 230011 230019 230110 232009 200740 99992354"},
		{lark.KindValidation, false, "9499 10001 10003 4000 99991301 99992402 230001 230022 230025 230034 230054 230099 20003 -1"},
	} {
		for code := range strings.FieldsSeq(group.codes) {
			// The status is not reliable: it must not change what a code says.
			for _, status := range []int{200, 400} {
				_, err := bare(t, respond(status, nil, `{"code":`+code+`,"msg":"m"}`), lark.Call{Path: "x"})
				e := failure(t, err)
				if e.Kind != group.kind || e.Retryable != group.retryable || strconv.Itoa(e.Code) != code || e.Status != status || e.Msg != "m" {
					t.Errorf("%s at %d: got %+v, want %s, retryable %t", code, status, *e, group.kind, group.retryable)
				}
			}
		}
	}
}

// A code that nobody knows is judged by its status, and an answer that is not
// Lark's, too.
func TestErrorKindsByStatus(t *testing.T) {
	for _, tt := range []struct {
		status    int
		kind      lark.ErrorKind
		retryable bool
	}{
		{400, lark.KindValidation, false}, {401, lark.KindAuth, false}, {403, lark.KindPermission, false},
		{404, lark.KindNotFound, false}, {429, lark.KindThrottled, true}, {500, lark.KindServer, true}, {503, lark.KindServer, true},
	} {
		for _, body := range []string{`{"code":77,"msg":"m"}`, `<html>gateway</html>`} {
			_, err := bare(t, respond(tt.status, nil, body), lark.Call{Path: "x"})
			if e := failure(t, err); e.Kind != tt.kind || e.Retryable != tt.retryable || e.Status != tt.status {
				t.Errorf("%s at %d: got %+v, want %s", body, tt.status, *e, tt.kind)
			}
		}
	}
}

// A missing scope is in the text of the error, with the link that grants it.
func TestMissingScopeIsNamed(t *testing.T) {
	const violations = `"permission_violations":[{"type":"action_scope_required","subject":"im:message"},{"type":"action_scope_required","subject":"im:message:send"}]`
	for _, tt := range []struct{ name, answer, want string }{
		{"scopes and a link", violations + `,"helps":[{"url":"https://open.feishu.cn/app/cli_1/auth","description":"d"}]`,
			"denied Missing scope, one of: im:message, im:message:send. To grant it: https://open.feishu.cn/app/cli_1/auth"},
		{"no link", violations, "denied Missing scope, one of: im:message, im:message:send"},
		{"another violation", `"permission_violations":[{"type":"data_range","subject":"x"}]`, "denied"},
		{"violations of another shape", `"permission_violations":{"a":1}`, "denied"},
		{"helps of another shape", violations + `,"helps":"x"`, "denied Missing scope, one of: im:message, im:message:send"},
	} {
		_, err := bare(t, respond(400, nil, `{"code":99991672,"msg":"denied","error":{`+tt.answer+`}}`), lark.Call{Path: "x"})
		if e := failure(t, err); e.Msg != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, e.Msg, tt.want)
		}
	}
}

// Older webhooks answer without a code.
func TestOldWebhookAnswer(t *testing.T) {
	for body, code := range map[string]int{
		`{"Extra":null,"StatusCode":0,"StatusMessage":"success"}`:        0,
		`{"Extra":null,"StatusCode":9499,"StatusMessage":"Bad Request"}`: 9499,
		`{"code":19024,"msg":"Key Words Not Found","StatusCode":0}`:      19024,
	} {
		_, err := bare(t, respond(200, nil, body), lark.Call{Path: "x"})
		if failed, _ := errors.AsType[*lark.Error](err); (failed != nil) != (code != 0) || failed != nil && failed.Code != code {
			t.Errorf("%s: got %v, want the code %d", body, err, code)
		}
	}
}

func TestAnswersThatAreNotLarks(t *testing.T) {
	html := http.Header{"Content-Type": {"text/html"}}
	for _, tt := range []struct {
		name   string
		status int
		header http.Header
		body   string
		kind   lark.ErrorKind
		want   string
	}{
		{"HTML 502", 502, html, "<html>Bad Gateway</html>", lark.KindServer, "text/html"},
		{"HTML 200", 200, html, "<html>Log in</html>", lark.KindTransport, "Log in"},
		{"an array", 200, nil, `[{"code":0}]`, lark.KindTransport, "not Lark's JSON"},
		{"no code", 200, nil, `{"msg":"ok"}`, lark.KindTransport, "not Lark's JSON"},
		{"code null", 200, nil, `{"code":null}`, lark.KindTransport, "not Lark's JSON"},
		{"code a string", 200, nil, `{"code":"0"}`, lark.KindTransport, "not Lark's JSON"},
		{"cut off", 200, nil, `{"code":0,"data":{"access_token":"u-secret-text"`, lark.KindTransport, "not Lark's JSON"},
		{"cut off, and wrong", 400, nil, `{"code":99991663,"msg":`, lark.KindValidation, "not Lark's JSON"},
		{"a token without a code", 200, nil, `{"access_token":"u-secret-text"}`, lark.KindTransport, "not Lark's JSON"},
		{"nothing", 200, nil, "", lark.KindTransport, "not Lark's JSON"},
		{"more than one value", 200, nil, `{"code":0}{"code":1}`, lark.KindTransport, "not Lark's JSON"},
		{"a redirect", 302, html, "", lark.KindTransport, "not Lark's JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, err := bare(t, respond(tt.status, tt.header, tt.body), lark.Call{Path: "x"})
			e := failure(t, err)
			if res != nil || e.Kind != tt.kind || e.Code != 0 || e.Retryable != (tt.status < 400 || tt.status >= 500) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %+v and %+v, want %s and %q", res, *e, tt.kind, tt.want)
			}
			if strings.Contains(err.Error(), "secret-text") {
				t.Errorf("a secret is in %q", err)
			}
		})
	}
}

func TestErrorDetails(t *testing.T) {
	const body = `{"code":99992402,"msg":"field validation failed","error":{"log_id":"from-body","troubleshooter":"see there",` +
		`"field_violations":[{"field":"receive_id"}],"permission_violations":[{"subject":"im:message"}],"details":[{"key":"k","value":"v"}],"helps":[{"url":"https://open.example.com/help"}]}}`
	for _, tt := range []struct {
		name   string
		header http.Header
		logID  string
	}{
		{"the platform's header first", http.Header{"X-Tt-Logid": {"tt"}, "X-Request-Id": {"request"}}, "tt"},
		{"then the gateway's", http.Header{"X-Request-Id": {"request"}}, "request"},
		{"then the body", http.Header{}, "from-body"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := bare(t, respond(400, tt.header, body), lark.Call{Path: "x"})
			got, jsonErr := json.Marshal(failure(t, err))
			want := `{"kind":"validation","code":99992402,"msg":"field validation failed","http_status":400,"log_id":"` + tt.logID + `","retryable":false,` +
				`"field_violations":[{"field":"receive_id"}],"permission_violations":[{"subject":"im:message"}],"details":[{"key":"k","value":"v"}],"helps":[{"url":"https://open.example.com/help"}],"troubleshooter":"see there"}`
			if diff := cmp.Diff(want, string(got)); diff != "" || jsonErr != nil {
				t.Errorf("%v\n%s", jsonErr, diff)
			}
			if want := "validation: field validation failed (code 99992402, HTTP 400, log id " + tt.logID + ")"; err.Error() != want {
				t.Errorf("got %q, want %q", err, want)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	for _, tt := range []struct {
		reset string
		want  time.Duration
	}{{"", 0}, {"7", 7 * time.Second}, {"0", 0}, {"-3", 0}, {"soon", 0}} {
		for _, body := range []string{`{"code":99991400,"msg":"m"}`, `<html>too many</html>`} {
			_, err := bare(t, respond(429, http.Header{"X-Ogw-Ratelimit-Reset": {tt.reset}}, body), lark.Call{Path: "x"})
			if e := failure(t, err); e.RetryAfter != tt.want || e.Kind != lark.KindThrottled {
				t.Errorf("%q with %s: got %+v, want %v", tt.reset, body, *e, tt.want)
			}
		}
	}
}

func TestNoAnswer(t *testing.T) {
	broken := errors.New("connection reset")
	for name, wire := range map[string]wireFunc{
		"no connection": func(*http.Request) (*http.Response, error) { return nil, broken },
		"broken off": func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(io.MultiReader(strings.NewReader(`{"code":0`), failingReader{broken}))}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := bare(t, wire, lark.Call{Path: "x"})
			if e := failure(t, err); e.Kind != lark.KindTransport || !e.Retryable || !errors.Is(err, broken) {
				t.Errorf("got %+v", *e)
			}
		})
	}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func TestMarketplaceRefusals(t *testing.T) {
	p := newPlatform(t)
	for _, tt := range []struct {
		name, ticket, tenant string
		kind                 lark.ErrorKind
		retryable            bool
		code, calls, tokens  int
		want                 string
	}{
		{"no tenant", "", "", lark.KindValidation, false, 0, 0, 0, "tenant_key"},
		{"no ticket yet", "", "tk_1", lark.KindAuth, true, 0, 1, 0, "app_ticket"},                           // a new one is asked for
		{"a ticket that is too old", "secret-text", "tk_1", lark.KindAuth, true, 10012, 1, 1, "app_ticket"}, // but not twice so soon
	} {
		t.Run(tt.name, func(t *testing.T) {
			p.t = t
			if tt.ticket != "" {
				p.putTicket(tt.ticket)
			}
			before := len(p.Calls())
			e := failure(t, p.call(p.market(), tt.tenant))
			if e.Kind != tt.kind || e.Retryable != tt.retryable || e.Code != tt.code || !strings.Contains(e.Msg, tt.want) {
				t.Errorf("got %+v", *e)
			}
			p.wantTokenCalls(tt.tokens)
			if got := len(p.Calls()) - before; got != tt.calls {
				t.Errorf("%d calls to Lark, want %d", got, tt.calls)
			}
		})
	}
	// The next instance need not wait for a lease: the ticket has come now.
	p.t = t
	p.clock.add(time.Second)
	p.putTicket(p.IssueTicket(marketID))
	p.works(p.market(), "tk_1")
	p.wantTokenCalls(2)
	p.Uninstall(marketID, "tk_gone")
	if e := failure(t, p.call(p.market(), "tk_gone")); e.Kind != lark.KindAuth || e.Code != 10013 || e.Retryable {
		t.Errorf("got %+v", *e)
	}
}

// What the token endpoint answers may hold a token, so nothing of an answer
// that cannot be read is repeated. And the lease ends with the attempt.
func TestTokenEndpointFails(t *testing.T) {
	for _, tt := range []struct {
		name      string
		fault     larktest.Fault
		kind      lark.ErrorKind
		retryable bool
		code      int
	}{
		{"a page", larktest.Fault{Kind: larktest.ServerError}, lark.KindServer, true, 0},
		{"throttled", larktest.Fault{Kind: larktest.Throttle}, lark.KindThrottled, true, 99991400},
		{"no answer", larktest.Fault{Kind: larktest.LoseAnswer}, lark.KindTransport, true, 0},
		{"cut off", verbatim(`{"code":0,"tenant_access_token":"t-secret-text`), lark.KindTransport, true, 0},
		{"another content type", verbatim(`t-secret-text`), lark.KindTransport, true, 0},
		{"no token", verbatim(`{"code":0,"expire":7200,"app_access_token":"a-secret-text"}`), lark.KindTransport, true, 0},
		{"not a token", verbatim(`{"code":0,"expire":"t-secret-text","tenant_access_token":"t-secret-text"}`), lark.KindTransport, true, 0},
		{"wrong secret", verbatim(`{"code":10015,"msg":"app secret invalid"}`), lark.KindAuth, false, 10015},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlatform(t)
			tt.fault.Times = 1
			p.Fail(tt.fault)
			c := p.client()
			if e := failure(t, p.call(c, "")); e.Kind != tt.kind || e.Retryable != tt.retryable || e.Code != tt.code {
				t.Errorf("got %+v", *e)
			}
			p.works(c, "")
		})
	}
}

func verbatim(body string) larktest.Fault {
	return larktest.Fault{Kind: larktest.Verbatim, Reply: larktest.Reply{Status: 200, ContentType: "application/json", Body: body}}
}

// An answer of more than 8 MB is not read to its end, and neither is a list whose
// pages together have more.
func TestLargeAnswers(t *testing.T) {
	blob := func(n int) string {
		return `{"code":0,"data":{"items":["` + strings.Repeat("x", n) + `"],"has_more":true,"page_token":"%d"}}`
	}
	if _, err := bare(t, respond(200, nil, blob(8<<20)), lark.Call{Path: "x"}); failure(t, err).Kind != lark.KindValidation || !strings.Contains(err.Error(), "more than 8 MB") {
		t.Errorf("got %.200v, want an error that says 8 MB", err)
	}
	if _, err := bare(t, respond(200, nil, blob(8<<20-200)), lark.Call{Path: "x"}); err != nil {
		t.Errorf("got %.200v, want no error for an answer of just under 8 MB", err)
	}
	pages := 0
	c := lark.NewClient(&lark.App{Type: lark.Custom, BaseURL: platformURL}, lark.WithHTTPClient(wireFunc(func(r *http.Request) (*http.Response, error) {
		pages++
		return respond(200, nil, fmt.Sprintf(blob(3<<20), pages))(r)
	})))
	_, err := c.List(t.Context(), lark.Call{Path: "x", Tokens: []lark.TokenType{lark.NoToken}}, 100)
	if err == nil || !strings.Contains(err.Error(), "more than 8 MB") || pages != 3 {
		t.Errorf("got %.200v after %d pages, want an error after 3", err, pages)
	}
}
