package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/casefile"
	"github.com/larkbridge/larkbridge/internal/awstest/fakeaws"
	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

const caseARN = "arn:aws:lambda:us-east-1:123456789012:function:f"

// caseGiven is what reaches the function in a case.
type caseGiven struct {
	Source      string
	Payload     json.RawMessage
	PayloadText *string `json:"payload_text"`
	Payloads    []json.RawMessage
	Group       string
	Subject     string
	Topic       string
	DefaultTo   *string `json:"default_to"`
	Before      []caseGiven
	Deliveries  int
	Deadline    float64 `json:"deadline_s"`
	App         string
	Lark        []caseAnswer
	LarkToken   []caseAnswer `json:"lark_token"`
	Rotated     bool
	Objects     map[string]string
}

// caseEnv is an account, a Lark and warm functions, on which one case runs at
// a time.
type caseEnv struct {
	bootstrap string
	apps      []string
	aws       *fakeaws.AWS
	awsURL    string
	lark      *caseLark
	trap      net.Listener
	trapped   atomic.Int64
	functions map[string]*harness.Function // by DefaultTo
	serial    atomic.Int64
}

func newCaseEnv(t *testing.T, bootstrap string, apps []string) *caseEnv {
	t.Helper()
	l := &caseEnv{bootstrap: bootstrap, apps: apps, aws: fakeaws.New(), functions: map[string]*harness.Function{}}
	known := []larktest.App{{ID: larktest.AppID, Secret: stage.AppSecret}}
	for _, name := range apps {
		known = append(known, larktest.App{ID: "cli_" + name, Secret: "secret-of-" + name})
	}
	l.lark = newCaseLark(known...)
	l.putApp("default", larktest.AppID, stage.AppSecret)
	for _, name := range apps {
		l.putApp(name, "cli_"+name, "secret-of-"+name)
	}
	server := httptest.NewServer(l.aws)
	l.awsURL = server.URL
	var err error
	if l.trap, err = net.Listen("tcp", "localhost:0"); err != nil {
		t.Fatal(err)
	}
	go l.watchTrap()
	t.Cleanup(func() {
		for _, f := range l.functions {
			_ = f.Kill() // it may be gone
		}
		l.trap.Close()
		l.lark.server.Close()
		server.Close()
	})
	return l
}

func (l *caseEnv) putApp(name, id, secret string) {
	settings, err := json.Marshal(map[string]any{
		"app_id": id, "app_secret": secret, "domain": l.lark.server.URL,
		"encrypt_key": larktest.EncryptKey, "verification_token": larktest.VerificationToken,
	})
	if err != nil {
		panic(err) // strings always encode
	}
	l.aws.PutParameter(stage.Prefix+"/"+name, string(settings))
}

// watchTrap counts connections that nobody may make.
func (l *caseEnv) watchTrap() {
	for {
		conn, err := l.trap.Accept()
		if err != nil {
			return
		}
		l.trapped.Add(1)
		conn.Close()
	}
}

// function is the warm function with a DefaultTo.
func (l *caseEnv) function(ctx context.Context, defaultTo string) (*harness.Function, error) {
	if f := l.functions[defaultTo]; f != nil {
		if _, err := f.RSS(); err == nil {
			return f, nil
		}
	}
	env := append(fakeaws.Env(l.awsURL), "AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_LAMBDA_LOG_LEVEL=DEBUG",
		"TABLE_NAME="+stage.Table, "BUS_NAME=bus", "BUCKET_NAME="+stage.Bucket, "PARAMETER_PREFIX="+stage.Prefix, "STACK_NAME=stage",
		"DEFAULT_TO="+defaultTo, "AWS_LAMBDA_FUNCTION_NAME=f",
		// Whoever calls a host that is not on this machine ends in the trap.
		"HTTPS_PROXY=http://"+l.trap.Addr().String(), "HTTP_PROXY=http://"+l.trap.Addr().String())
	f, err := harness.Start(context.Background(), l.bootstrap, env)
	if err != nil {
		return nil, err
	}
	l.functions[defaultTo] = f
	if err := f.Ready(ctx); err != nil {
		return nil, err
	}
	_, err = f.Invoke(ctx, []byte(`{"request":{"method":"GET","path":"im/v1/chats"}}`))
	return f, err
}

// caseOutcome is what came of a case.
type caseOutcome struct {
	out     []byte
	err     error
	elapsed time.Duration
	log     string
	number  map[string]string // m1, m2, … by the message's id
}

// run carries out a case and returns what is wrong with its outcome.
func (l *caseEnv) run(ctx context.Context, c casefile.Case) []string {
	given, want, err := l.read(c)
	if err != nil {
		return []string{err.Error()}
	}
	defaultTo := ""
	if given.DefaultTo != nil {
		defaultTo = *given.DefaultTo
	}
	l.lark.begin(nil, nil) // a function may have to start anew
	f, err := l.function(ctx, defaultTo)
	if err != nil {
		return []string{"no warm function: " + err.Error()}
	}
	l.aws.Reset()
	for key, content := range given.Objects {
		l.aws.PutObject(stage.Bucket, key, []byte(content))
	}
	tokens := map[string][]caseAnswer{}
	if given.LarkToken != nil {
		tokens["cli_"+given.App] = given.LarkToken
	}
	l.lark.begin(given.Lark, tokens)
	if given.Rotated {
		l.rotate(given.App)
	}
	trapped, logged := l.trapped.Load(), len(f.Logs())
	var o caseOutcome
	for _, before := range given.Before {
		before.Source = given.Source
		l.invoke(ctx, f, before)
	}
	o = l.invoke(ctx, f, given)
	o.log = f.Logs()[logged:]
	problems := l.judge(given, want, o)
	if n := l.trapped.Load() - trapped; n > 0 {
		problems = append(problems, fmt.Sprintf("%d connections to a host that is neither Lark nor AWS", n))
	}
	if given.Rotated {
		l.putApp(given.App, "cli_"+given.App, "secret-of-"+given.App)
		larktest.WithApps(larktest.App{ID: "cli_" + given.App, Secret: "secret-of-" + given.App})(l.lark.platform)
		_ = f.Kill() // its settings are of the new secret
	}
	return problems
}

// rotate changes an app's secret at Lark and in Parameter Store.
func (l *caseEnv) rotate(app string) {
	id := "cli_" + app
	larktest.WithApps(larktest.App{ID: id, Secret: "new-secret-of-" + app})(l.lark.platform)
	l.lark.platform.RevokeTokens(id)
	l.putApp(app, id, "new-secret-of-"+app)
}

// read replaces what stands in {{…}}.
func (l *caseEnv) read(c casefile.Case) (caseGiven, caseWant, error) {
	_, port, _ := net.SplitHostPort(l.trap.Addr().String())
	values := map[string]string{
		"lark": l.lark.server.URL, "bucket": stage.Bucket, "trap": "localhost:" + port, "trapport": port,
	}
	now := time.Now()
	var given caseGiven
	var want caseWant
	if err := json.Unmarshal(c.Given, &given); err != nil {
		return given, want, fmt.Errorf("read given: %w", err)
	}
	err := json.Unmarshal([]byte(casefile.Replace(string(c.Want), now, values)), &want)
	if err != nil {
		return given, want, fmt.Errorf("read want: %w", err)
	}
	var fill func(g *caseGiven)
	fill = func(g *caseGiven) {
		g.Payload = json.RawMessage(casefile.Replace(string(g.Payload), now, values))
		for i := range g.Payloads {
			g.Payloads[i] = json.RawMessage(casefile.Replace(string(g.Payloads[i]), now, values))
		}
		if g.PayloadText != nil {
			text := casefile.Replace(*g.PayloadText, now, values)
			g.PayloadText = &text
		}
		for i := range g.Before {
			fill(&g.Before[i])
		}
	}
	fill(&given)
	for _, answers := range [][]caseAnswer{given.Lark, given.LarkToken} {
		for i := range answers {
			answers[i].Body = json.RawMessage(casefile.Replace(string(answers[i].Body), now, values))
		}
	}
	return given, want, nil
}

// documents are the exact texts that reach the function, in order.
func (g caseGiven) documents() []string {
	if g.PayloadText != nil {
		return []string{*g.PayloadText}
	}
	list := g.Payloads
	if list == nil {
		list = []json.RawMessage{g.Payload}
	}
	var texts []string
	for _, doc := range list {
		text := string(doc)
		if len(doc) > 0 && doc[0] == '"' {
			_ = json.Unmarshal(doc, &text) // the file has been read before
		}
		texts = append(texts, text)
	}
	return texts
}

// invoke invokes the function as the source does, as often as the case says, each time
// with the same ids.
func (l *caseEnv) invoke(ctx context.Context, f *harness.Function, g caseGiven) caseOutcome {
	o := caseOutcome{number: map[string]string{}}
	payload := l.event(g, o.number)
	options := harness.InvokeOptions{RequestID: l.id(), FunctionARN: caseARN, Timeout: time.Minute}
	if g.Deadline > 0 {
		options.Timeout = time.Duration(g.Deadline * float64(time.Second))
	}
	for range max(g.Deliveries, 1) {
		start := time.Now()
		o.out, o.err = f.InvokeWith(ctx, payload, options)
		o.elapsed = time.Since(start)
		if errors.Is(o.err, harness.ErrTimeout) || errors.Is(o.err, harness.ErrExited) {
			break
		}
	}
	return o
}

// id returns an id that was never used before: Lark and the table know those of
// earlier cases.
func (l *caseEnv) id() string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", time.Now().UnixNano()>>20, l.serial.Add(1))
}

// event is the payload of the invocation.
func (l *caseEnv) event(g caseGiven, number map[string]string) []byte {
	texts := g.documents()
	switch g.Source {
	case "sns":
		return encodeCase(map[string]any{"Records": []any{map[string]any{
			"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": g.topic() + ":1", "Sns": l.notification(g, texts[0]),
		}}})
	case "sns-in-sqs":
		texts[0] = string(encodeCase(l.notification(g, texts[0])))
	case "sqs":
	default:
		return []byte(texts[0])
	}
	var records []any
	for i, text := range texts {
		id := l.id()
		number[id] = "m" + strconv.Itoa(i+1)
		now := strconv.FormatInt(time.Now().UnixMilli(), 10)
		attributes := map[string]string{"ApproximateReceiveCount": "1", "SentTimestamp": now, "ApproximateFirstReceiveTimestamp": now, "SenderId": "AIDA"}
		queue := "send"
		if g.Group != "" {
			queue, attributes["MessageGroupId"], attributes["SequenceNumber"] = "send.fifo", g.Group, strconv.Itoa(100+i)
		}
		records = append(records, map[string]any{
			"messageId": id, "receiptHandle": "receipt-of-" + id, "body": text, "attributes": attributes, "messageAttributes": map[string]any{},
			"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:" + queue, "awsRegion": "us-east-1",
		})
	}
	return encodeCase(map[string]any{"Records": records})
}

func (g caseGiven) topic() string { return cmp.Or(g.Topic, "arn:aws:sns:eu-west-1:123456789012:ops") }

func (l *caseEnv) notification(g caseGiven, text string) map[string]any {
	n := map[string]any{
		"Type": "Notification", "MessageId": l.id(), "TopicArn": g.topic(), "Message": text, "Timestamp": "2026-11-02T10:00:00.000Z",
		"SignatureVersion": "1", "Signature": "x", "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/x.pem",
		"UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe", "MessageAttributes": map[string]any{},
	}
	if g.Subject != "" {
		n["Subject"] = g.Subject
	} else if g.Source == "sns" {
		n["Subject"] = nil
	}
	return n
}

// encodeCase writes JSON in UTF-8.
func encodeCase(v any) []byte {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // maps of strings always encode
	}
	return []byte(strings.TrimSpace(b.String()))
}
