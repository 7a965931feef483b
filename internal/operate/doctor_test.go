package operate_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/store"
)

// fixture is a doctor with a healthy stack to check.
type fixture struct {
	operate.Doctor
	docs store.Documents // what the operator reads
	out  strings.Builder
	all  []operate.Finding
}

func newFixture(t *testing.T, deployed store.Documents) *fixture {
	t.Helper()
	server, _ := endpoints(t, deployed)
	c := &fixture{docs: store.Documents{"default": settings(nil)}}
	c.Doctor = operate.Doctor{
		Stack: "larkbridge", Prefix: "/larkbridge", EventURL: server.URL + "/event", CardURL: server.URL + "/card",
		Settings: c, HTTP: http.DefaultClient, Queues: newQueues(), Buses: &fakeEvents{archives: []string{"kept"}},
		Send: function(larkAnswers(botInfo, allScopes)), Limits: limits{1000, 1000}, Parameters: map[string]string{"SendConcurrency": "2"},
		Now:  time.Now,
		Show: func(f operate.Finding) { c.all = append(c.all, f); f.Write(&c.out) },
	}
	return c
}

func (c *fixture) All(context.Context) (map[string]string, error) {
	if c.docs == nil {
		return nil, refusal("AccessDeniedException")
	}
	return c.docs, nil
}
func (*fixture) Where(name string) string { return name }

// What send answers if Lark knows the app, its bot and its scopes.
const (
	botInfo   = `{"ok":true,"data":{"bot":{"open_id":"ou_bot","app_name":"Ops","activate_status":2}}}`
	allScopes = `{"ok":true,"data":{"scopes":[{"scope_name":"im:message","grant_status":1},{"scope_name":"im:resource","grant_status":1}]}}`
)

// larkAnswers is a send function that gives one answer about the bot and another about
// the scopes.
func larkAnswers(bot, scopes string) func(string, string) (string, error) {
	return func(_, payload string) (string, error) {
		if strings.Contains(payload, "application/v6/scopes") {
			return scopes, nil
		}
		return bot, nil
	}
}

// limits are how many functions an account runs at once, and how many are unreserved.
type limits [2]int32

func (l limits) GetAccountSettings(context.Context, *lambda.GetAccountSettingsInput, ...func(*lambda.Options)) (*lambda.GetAccountSettingsOutput, error) {
	if l[0] == 0 {
		return nil, refusal("AccessDeniedException")
	}
	return &lambda.GetAccountSettingsOutput{AccountLimit: &types.AccountLimit{ConcurrentExecutions: l[0], UnreservedConcurrentExecutions: &l[1]}}, nil
}

func TestFindingsOfLimits(t *testing.T) {
	for _, c := range []struct {
		limits     limits
		parameters map[string]string
		want       string
	}{
		{limits{10, 10}, map[string]string{"SendConcurrency": "2"}, "ok    concurrency                       the account runs 10 functions at once, 10 of them unreserved, and sends take up to 4\n"},
		{limits{10, 10}, map[string]string{"SendConcurrency": "5"}, "fail  concurrency                       the account runs 10 functions at once, 10 of them unreserved, and sends take up to 10, so that events and clicks have to wait\n"},
		{limits{1000, 100}, map[string]string{"SendConcurrency": "50", "ReservedConcurrency": "20"}, "ok    concurrency                       the account runs 1000 functions at once, 100 of them unreserved, and sends take up to 100; 20 are reserved for each of event and card\n"},
		{limits{}, map[string]string{"SendConcurrency": "2"}, "skip  concurrency                       the account's limit is not known: AccessDeniedException: no\n"},
		{limits{10, 10}, nil, "skip  concurrency                       the stack's SendConcurrency is not known\n"},
	} {
		fixture := newFixture(t, store.Documents{"default": settings(nil)})
		fixture.Limits, fixture.Parameters = c.limits, c.parameters
		fixture.Check(t.Context())
		if !strings.Contains(fixture.out.String(), c.want) {
			t.Errorf("%v: got\n%s\nwant %s", c.limits, fixture.out.String(), c.want)
		}
	}
}

// bad are the findings that are not ok.
func (c *fixture) bad(t *testing.T) (bad []string) {
	t.Helper()
	c.Check(t.Context())
	noSecrets(t, c.out.String())
	for _, f := range c.all {
		if f.Status == operate.OK {
			continue
		}
		if f.Fix == "" {
			t.Errorf("%s has no fix", f.Subject)
		}
		bad = append(bad, fmt.Sprintf("%s|%s|%s|%s", f.Status, f.Subject, f.Note, f.Fix))
	}
	return bad
}

func TestAHealthyStack(t *testing.T) {
	docs := store.Documents{"default": settings(nil), "ops": settings(map[string]any{"encrypt_key": nil, "allow_unsigned": true})}
	c := newFixture(t, docs)
	c.docs = docs
	if bad := c.bad(t); len(bad) > 0 {
		t.Errorf("got %q, want nothing bad", bad)
	}
	for _, want := range []string{
		"ok    settings, default                 custom app cli_a1b2c3d4e5f6a7b8 of https://open.larksuite.com\n",
		"event challenge, default ", "event forgery, ops ", "card event, ops ", "clock ", "send, ops ", "ok    bot, ops ", "ok    version, ops ", "ok    scopes, ops ", "ok    concurrency ", "bus larkbridge ",
		"archive of larkbridge ", "queue larkbridge-send-dead.fifo ",
	} {
		if !strings.Contains(c.out.String(), want) {
			t.Errorf("%q is not in\n%s", want, c.out.String())
		}
	}
}

// The test event is on the bus, the forged one is not.
func TestTheTestEventGoesThrough(t *testing.T) {
	server, entries := endpoints(t, store.Documents{"default": settings(nil)})
	c := newFixture(t, nil)
	c.EventURL, c.CardURL = server.URL+"/event", server.URL+"/card/" // a slash too many is forgiven
	if bad := c.bad(t); len(bad) > 0 {
		t.Errorf("got %q, want nothing bad", bad)
	}
	got := entries.Entries()
	if len(got) != 2 || got[0].DetailType != operate.TypeDoctor || got[1].DetailType != operate.TypeDoctor {
		t.Errorf("on the bus is %+v", got)
	}
}

// answers serves the same answer to every request.
func answers(t *testing.T, status int, body string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/event"
}

func TestFindingsOfEndpoints(t *testing.T) {
	for name, c := range map[string]struct {
		deployed store.Documents
		change   func(*fixture)
		want     string // in one of the findings
	}{
		"other settings deployed": {store.Documents{"default": settings(map[string]any{"verification_token": "another"})}, nil, `fail|event event, default|the answer is 401 {"error":"unauthorized"}|the function has other settings`},
		"app unknown":             {store.Documents{}, nil, "fail|event challenge, default|the answer is 404 {\"error\":\"not_found\"}|the function knows no such app: compare its ParameterPrefix with --prefix /larkbridge"},
		"no such URL":             {nil, func(c *fixture) { c.EventURL = answers(t, 404, `{"message":"Not Found"}`) }, "there is no such URL"},
		"a firewall":              {nil, func(c *fixture) { c.EventURL = answers(t, 403, `no`) }, "something in front of the function refuses"},
		"no ICP filing": {nil, func(c *fixture) {
			c.EventURL, c.HTTP = "https://x.execute-api.cn-north-1.amazonaws.com.cn/event", refuseAll{}
		}, "AWS in China refuses public URLs until the account has an ICP filing"},
		"unavailable":           {nil, func(c *fixture) { c.EventURL = answers(t, 503, `{"error":"unavailable"}`) }, "its role needs kms:Decrypt; see the log group /aws/lambda/larkbridge-event"},
		"broken":                {nil, func(c *fixture) { c.EventURL = answers(t, 500, `{"message":"Internal Server Error"}`) }, "fail|event event, default|the answer is 500"},
		"takes everything":      {nil, func(c *fixture) { c.EventURL = answers(t, 200, `{}`) }, "fail|event forgery, default|a changed event is not refused"},
		"nobody there":          {nil, func(c *fixture) { c.EventURL = "http://127.0.0.1:1/event" }, "connection refused|look whether http://127.0.0.1:1/event is the stack's output"},
		"not a URL":             {nil, func(c *fixture) { c.EventURL = "://" }, "this is not a URL"},
		"URL unknown":           {nil, func(c *fixture) { c.CardURL = "" }, "skip|card URL|is not known|give the stack's output: --card-url"},
		"sends only":            {nil, func(c *fixture) { c.docs = store.Documents{"default": settings(map[string]any{"encrypt_key": nil})} }, "skip|URLs, default|it has no encrypt_key"},
		"settings wrong":        {nil, func(c *fixture) { c.docs = store.Documents{"default": `{"app_id":1}`} }, `fail|settings, default|field "app_id": want a string`},
		"name wrong":            {nil, func(c *fixture) { c.docs = store.Documents{"A": settings(nil)} }, "fail|settings, A|this is not a name"},
		"settings not readable": {nil, func(c *fixture) { c.docs = nil }, "your credentials need ssm:GetParametersByPath on /larkbridge"},
		"no such app":           {nil, func(c *fixture) { c.Only = "shop" }, "fail|settings|there is no app shop under /larkbridge"},
		"clock":                 {nil, func(c *fixture) { c.Now = func() time.Time { return time.Now().Add(-6 * time.Minute) } }, "fail|clock|this machine and the server differ by -"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.deployed == nil {
				c.deployed = store.Documents{"default": settings(nil)}
			}
			fixture := newFixture(t, c.deployed)
			if c.change != nil {
				c.change(fixture)
			}
			if bad := strings.Join(fixture.bad(t), "\n"); !strings.Contains(bad, c.want) {
				t.Errorf("got\n%s\nwant %s", bad, c.want)
			}
		})
	}
}

// refuseAll is an HTTP client that gets 403 from each URL.
type refuseAll struct{}

func (refuseAll) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusForbidden, Body: http.NoBody, Header: http.Header{}}, nil
}

// slow is an HTTP client and a clock: each answer takes the next of its durations.
type slow struct {
	lark.HTTPDoer
	now     time.Time
	elapsed []time.Duration
}

func (s *slow) Do(r *http.Request) (*http.Response, error) {
	if len(s.elapsed) > 0 {
		s.now, s.elapsed = s.now.Add(s.elapsed[0]), s.elapsed[1:]
	}
	return s.HTTPDoer.Do(r)
}

func TestChallengeMustBeFast(t *testing.T) {
	for _, c := range []struct {
		elapsed []time.Duration
		want    string
	}{
		{[]time.Duration{900 * time.Millisecond}, "ok    event challenge, default          answered in 900ms\n"},
		{[]time.Duration{1500 * time.Millisecond, 20 * time.Millisecond}, "answered in 20ms, from a cold start in 1.5s: press Save twice"},
		{[]time.Duration{1500 * time.Millisecond, 1200 * time.Millisecond}, "fail  event challenge, default          answered in 1.2s, and Lark waits 1 s\n"},
	} {
		fixture := newFixture(t, store.Documents{"default": settings(nil)})
		s := &slow{http.DefaultClient, time.Now(), c.elapsed}
		fixture.HTTP, fixture.Now = s, func() time.Time { return s.now }
		fixture.Check(t.Context())
		if !strings.Contains(fixture.out.String(), c.want) {
			t.Errorf("got\n%swant %s", fixture.out.String(), c.want)
		}
	}
}

// A server that repeats what it gets must not make the doctor show it.
func TestAnEchoShowsNoSecret(t *testing.T) {
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = r.Write(w) }))
	defer echo.Close()
	c := newFixture(t, store.Documents{})
	c.docs = store.Documents{"default": settings(map[string]any{"encrypt_key": nil, "allow_unsigned": true})}
	c.EventURL = echo.URL
	if bad := c.bad(t); len(bad) == 0 {
		t.Error("an echo is in order")
	}
}

func TestFindingsOfBusAndQueues(t *testing.T) {
	c := newFixture(t, store.Documents{"default": settings(nil)})
	q := newQueues()
	q.put("larkbridge-send-dead", message("1", `{}`))
	delete(q.all, "larkbridge-send.fifo")
	c.Queues, c.Buses = q, &fakeEvents{}
	bad := strings.Join(c.bad(t), "\n")
	for _, want := range []string{
		"fail|queue larkbridge-send-dead|1 requests were given up|larkbridge dlq show",
		"fail|queue larkbridge-send.fifo|AWS.SimpleQueueService.NonExistentQueue: no|give the stack's name",
		"skip|archive of larkbridge|there is none|",
	} {
		if !strings.Contains(bad, want) {
			t.Errorf("got\n%s\nwant %s", bad, want)
		}
	}
	c.Buses, c.all = &fakeEvents{err: refusal("ResourceNotFoundException")}, nil
	if bad := strings.Join(c.bad(t), "\n"); !strings.Contains(bad, "fail|bus larkbridge|ResourceNotFoundException: no|") {
		t.Error(bad)
	}
	c.Parameters = map[string]string{"EventBusName": "company"}
	if bad := strings.Join(c.bad(t), "\n"); !strings.Contains(bad, "fail|bus company|ResourceNotFoundException: no|") {
		t.Error(bad)
	}
}
