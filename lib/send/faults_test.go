package send_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/larktest"
	"github.com/larkbridge/larkbridge/lib/send"
	"github.com/larkbridge/larkbridge/lib/store"
)

// faults says what strikes: each number is a percentage of the calls of the
// message API, or of the functions.
type faults struct {
	hang, html, cut, server, throttle, lost, crash int

	refused bool // Lark refuses the credentials for 5 minutes
	rotated bool // the secret changes, and Parameter Store has it 2 minutes later
	noTable bool // the table does not answer for 5 minutes
	noBus   bool // the bus does not answer for 5 minutes
}

// chaosCases are the faults one by one, and all of them.
func chaosCases() []chaosCase {
	return []chaosCase{
		{"hanging", faults{hang: 5}},
		{"a page for an answer", faults{html: 10}},
		{"an answer cut off", faults{cut: 10}},
		{"a server's failure", faults{server: 10}},
		{"throttled", faults{throttle: 10}},
		{"an answer lost", faults{lost: 10}},
		{"crashes", faults{crash: 5}},
		{"credentials refused", faults{refused: true}},
		{"credentials rotated", faults{rotated: true}},
		{"the table down", faults{noTable: true}},
		{"the bus down", faults{noBus: true}},
		{"everything", faults{hang: 1, html: 2, cut: 2, server: 2, throttle: 5, lost: 2, crash: 1, refused: true, rotated: true, noTable: true, noBus: true}},
	}
}

type chaosCase struct {
	name   string
	faults faults
}

// latency is how long Lark takes for a call.
const latency = 200 * time.Millisecond

// begin has the faults strike from now on; those that last begin a second later.
func (f *fixture) begin(strike faults) {
	f.strike, f.start = strike, time.Now().Add(time.Second)
	f.outcomes = map[string]send.Outcome{}
	f.sender.Results = brokenBus{f}
	f.sender.Claims = brokenTable{f.sender.Claims, f}
	f.sender.Apps = store.NewSettings(rotatedDocuments{f: f}, nil, time.Now)
}

// during reports whether a fault lasts at this time.
func (f *fixture) during(strikes bool, d time.Duration) bool {
	at := time.Since(f.start)
	return strikes && at >= 0 && at < d
}

// remember keeps the last outcome of each request, as the log does.
func (f *fixture) remember(_ context.Context, o send.Outcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.outcomes[o.ID] = o
}

var errDown = errors.New("no answer")

type brokenBus struct{ *fixture }

func (b brokenBus) Publish(ctx context.Context, e bus.Entry) (string, error) {
	if b.during(b.strike.noBus, 5*time.Minute) {
		return "", errDown
	}
	return b.bus.Publish(ctx, e)
}

type brokenTable struct {
	send.Claims
	f *fixture
}

func (b brokenTable) down() bool { return b.f.during(b.f.strike.noTable, 5*time.Minute) }

func (b brokenTable) Claim(ctx context.Context, key, owner string, lease, ttl time.Duration) (store.State, []byte, error) {
	if b.down() {
		return 0, nil, errDown
	}
	return b.Claims.Claim(ctx, key, owner, lease, ttl)
}

func (b brokenTable) Complete(ctx context.Context, key string, result []byte, ttl time.Duration) error {
	if b.down() {
		return errDown
	}
	return b.Claims.Complete(ctx, key, result, ttl)
}

func (b brokenTable) Release(ctx context.Context, key, owner string) error {
	if b.down() {
		return errDown
	}
	return b.Claims.Release(ctx, key, owner)
}

// The secrets of the app before and after it was changed.
const (
	secretBefore = "chaos-secret"
	secretAfter  = "chaos-secret-2"
)

type rotatedDocuments struct {
	store.Documents
	f *fixture
}

func (d rotatedDocuments) Setting(context.Context, string) (string, error) {
	secret := secretBefore
	if d.f.strike.rotated && time.Since(d.f.start) > 2*time.Minute {
		secret = secretAfter
	}
	return `{"app_id":"` + larktest.AppID + `","app_secret":"` + secret + `","domain":"http://lark.test"}`, nil
}

// refusedText marks the messages that Lark refuses for want of a right.
const refusedText = " refused"

// exchange is a call to Lark with its faults.
func (f *fixture) exchange(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	time.Sleep(latency)
	if strings.Contains(req.URL.Path, "/auth/") {
		return f.token(req, body)
	}
	switch {
	case f.during(f.strike.refused, 5*time.Minute):
		return answer(400, "application/json", `{"code":99991663,"msg":"Invalid access token"}`), nil
	case f.strike.rotated && time.Since(f.start) >= 0:
		f.revoke.Do(func() { f.platform.RevokeTokens(larktest.AppID) })
	}
	switch {
	case bytes.Contains(body, []byte(refusedText)):
		return answer(400, "application/json", `{"code":230002,"msg":"Bot can NOT be out of the chat."}`), nil
	case f.faults.roll(f.strike.hang):
		<-req.Context().Done()
		return nil, req.Context().Err()
	case f.faults.roll(f.strike.throttle):
		resp := answer(429, "application/json", `{"code":99991400,"msg":"request trigger frequency limit"}`)
		resp.Header.Set("X-Ogw-Ratelimit-Reset", "1")
		return resp, nil
	case f.faults.roll(f.strike.crash):
		f.arrive(req, body)
		current(req.Context()).crash()
		return nil, errDead
	case f.faults.roll(f.strike.html):
		f.maybeArrive(req, body)
		return answer(200, "text/html", "<html>Log in</html>"), nil
	case f.faults.roll(f.strike.server):
		f.maybeArrive(req, body)
		return answer(502, "text/html", "<html>Bad Gateway</html>"), nil
	case f.faults.roll(f.strike.cut):
		f.arrive(req, body)
		return answer(200, "application/json", `{"code":0,"msg":"succ`), nil
	case f.faults.roll(f.strike.lost):
		f.arrive(req, body)
		return nil, io.ErrUnexpectedEOF
	}
	return f.arrive(req, body), nil
}

// token answers the call for a token: after the rotation the old secret is
// wrong.
func (f *fixture) token(req *http.Request, body []byte) (*http.Response, error) {
	if f.strike.rotated && time.Since(f.start) >= 0 && !bytes.Contains(body, []byte(secretAfter)) {
		return answer(200, "application/json", `{"code":10014,"msg":"app secret invalid"}`), nil
	}
	return f.arrive(req, bytes.ReplaceAll(body, []byte(secretAfter), []byte(secretBefore))), nil
}

// arrive has the call done.
func (f *fixture) arrive(req *http.Request, body []byte) *http.Response {
	req = req.Clone(req.Context())
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	rec := httptest.NewRecorder()
	f.platform.ServeHTTP(rec, req)
	return rec.Result()
}

// maybeArrive has half of the calls done.
func (f *fixture) maybeArrive(req *http.Request, body []byte) {
	if f.faults.roll(50) {
		f.arrive(req, body)
	}
}

func answer(status int, kind, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body))}
}
