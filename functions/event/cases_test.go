package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/cases"
	"github.com/larkbridge/larkbridge/internal/awstest/fakeaws"
	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
)

const caseHandler = "arn:aws:lambda:us-east-1:123456789012:function:answer"

// bench is an account of its own and the warm functions event and card, for all
// cases with the same settings.
type bench struct {
	aws       *fakeaws.AWS
	proxy     *harness.Proxy
	env       []string
	functions map[string]*harness.Function

	mu    sync.Mutex
	given *cases.Given // of the case that runs
	runs  int          // of the handler, broken connections included
	input [][]byte
	ended chan struct{} // the case is over: nothing hangs any longer
	once  map[string]bool
}

// timed reports whether a case is about time. All others may take longer, so that a
// busy machine makes none fail.
func timed(c *cases.Case) bool {
	return c.Given.Cold || c.Want.Within > 0 || c.Given.Fault != (cases.Fault{})
}

// benchKey says which cases share a bench.
func benchKey(c *cases.Case) string {
	settings, err := json.Marshal(c.Given.Change)
	if err != nil {
		panic(err) // RawMessages that were read always encode
	}
	key := fmt.Sprintf("%s %v %v %v", settings, c.Given.Handler != nil, c.Given.Fault, timed(c))
	if c.Given.Cold || c.Given.Fault != (cases.Fault{}) {
		key += c.ID
	}
	return key
}

func newBench(t *testing.T, c *cases.Case) *bench {
	t.Helper()
	b := &bench{aws: fakeaws.New(), functions: map[string]*harness.Function{}}
	handler := ""
	if c.Given.Handler != nil {
		handler = caseHandler
	}
	for _, name := range []string{"default", "ops", "second", "card"} {
		settings, err := json.Marshal(c.Given.Settings(name, handler))
		if err != nil {
			t.Fatal(err)
		}
		b.aws.PutParameter(stage.Prefix+"/"+name, string(settings))
	}
	server := httptest.NewServer(b.aws)
	t.Cleanup(server.Close)
	var err error
	if b.proxy, err = harness.StartProxy(server.URL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, f := range b.functions {
			_ = f.Kill() // it may be gone
		}
		b.proxy.Close()
	})
	b.aws.OnInvoke(b.handle)
	b.proxy.Inject(harness.Fault{Kind: b.meet})
	b.env = append(fakeaws.Env(b.proxy.URL()), "AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_LAMBDA_LOG_LEVEL=DEBUG",
		"TABLE_NAME="+stage.Table, "BUS_NAME=bus", "BUCKET_NAME="+stage.Bucket, "PARAMETER_PREFIX="+stage.Prefix, "STACK_NAME=stage",
		"INLINE_LIMIT=245760", "GOGC=400", "DEDUPE_FAILURE=open")
	if !timed(c) {
		b.env = append(b.env, stage.AnswerTimeout)
	}
	if c.Given.Fault.Dedupe != "" {
		b.env = append(b.env, "DEDUPE_FAILURE="+c.Given.Fault.Dedupe)
	}
	switch c.Given.Fault.Table {
	case "down":
		b.env = append(b.env, "AWS_ENDPOINT_URL_DYNAMODB=http://"+closedAddress(t))
	case "hangs":
		b.env = append(b.env, "AWS_ENDPOINT_URL_DYNAMODB=http://"+silentAddress(t))
	}
	return b
}

// closedAddress refuses connections.
func closedAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// silentAddress takes connections and never answers.
func silentAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
		}
	}()
	return l.Addr().String()
}

// meet is what becomes of a call to AWS.
func (b *bench) meet(c *harness.Call) *harness.Answer {
	b.mu.Lock()
	given, ended := b.given, b.ended
	first := !b.once[c.Operation]
	b.once[c.Operation] = true
	if c.Operation == "Invoke" {
		b.runs++
	}
	runs := b.runs
	b.mu.Unlock()
	switch {
	case c.Operation == "PutEvents" && first && given.Fault.Bus == "hang-once":
		<-ended
		return nil
	case c.Service == "ssm" && first && given.Fault.Settings > 0:
		return harness.Delay(time.Duration(given.Fault.Settings * float64(time.Second)))(c)
	case c.Operation == "Invoke" && given.Handler.Hangs:
		<-ended
		return nil
	case c.Operation == "Invoke" && runs <= given.Handler.Breaks:
		return nil
	}
	return c.Forward()
}

// handle is the app's card_handler.
func (b *bench) handle(_ string, payload []byte) (result []byte, failed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.input = append(b.input, payload)
	if b.given.Handler.Fails {
		return []byte(`{"errorType":"Error","errorMessage":"failed"}`), true
	}
	if result = b.given.Handler.Returns; result == nil {
		return []byte("null"), false
	}
	return []byte(strings.ReplaceAll(string(result), "{{run}}", strconv.Itoa(b.runs))), false
}

// function returns a warm function, or a cold one that has just been started.
func (b *bench) function(t *testing.T, name string, cold bool) *harness.Function {
	t.Helper()
	if f := b.functions[name]; f != nil {
		return f
	}
	f, err := harness.Start(context.Background(), harness.Bootstrap(t, name), b.env)
	if err != nil {
		t.Fatal(err)
	}
	b.functions[name] = f
	if cold {
		return f
	}
	// The first request of a process has less time: it is not the case's.
	if _, err := f.Invoke(t.Context(), harness.HTTPEvent("GET", "/"+name, nil, nil)); err != nil {
		t.Fatalf("%v\n%s", err, f.Logs())
	}
	return f
}

// begin makes the bench ready for a case.
func (b *bench) begin(c *cases.Case) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.given, b.runs, b.input, b.ended, b.once = &c.Given, 0, nil, make(chan struct{}), map[string]bool{}
}

// run runs a case. Each of its posts that has no payload of its own comes in the
// shape.
func (b *bench) run(t *testing.T, c *cases.Case, shape cases.Shape) *cases.Outcome {
	t.Helper()
	b.aws.Reset()
	b.begin(c)
	defer func() { close(b.ended) }()
	o := &cases.Outcome{}
	for i, p := range c.Given.All() {
		if i > 0 && c.Given.Pause > 0 {
			time.Sleep(time.Duration(c.Given.Pause * float64(time.Second))) // the case is about the time between two deliveries
		}
		r, err := c.Given.Request(p, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if p.HTTP == nil {
			if r.Event, err = r.In(shape); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		f := b.function(t, r.Function(), c.Given.Cold)
		if !c.Given.Cold {
			start = time.Now()
		}
		out, err := f.Invoke(t.Context(), r.Event)
		if err != nil {
			t.Fatalf("%v\n%s", err, f.Logs())
		}
		reply := cases.Reply{Elapsed: time.Since(start)}
		if reply.Status, reply.Header, reply.Body, err = harness.HTTPReply(out); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		o.Requests, o.Replies = append(o.Requests, r), append(o.Replies, reply)
	}
	o.Entries, o.Objects = b.aws.Entries(), b.aws.Objects(stage.Bucket, "")
	b.mu.Lock()
	o.HandlerRuns, o.HandlerInput = b.runs, slices.Clone(b.input)
	b.mu.Unlock()
	if item := b.aws.Items()["tkt#"+cases.AppID("default")]; item != nil {
		o.Ticket, _ = item["val"]["S"].(string)
	}
	return o
}

// shapes returns the shapes of payload in which a case is run: one for a case that
// brings its own payload, or that takes seconds.
func shapes(c *cases.Case) []cases.Shape {
	own := func(p cases.Post) bool { return p.HTTP != nil }
	if timed(c) || c.Given.Pause > 0 || slices.ContainsFunc(c.Given.All(), own) {
		return []cases.Shape{cases.HTTPAPI}
	}
	return cases.Shapes()
}

// The shipped functions event and card hold every case, through the Lambda
// Runtime API, in every shape of payload. What fails is listed by kind.
func TestCases(t *testing.T) {
	outer, benches := t, map[string]*bench{}
	failed, bodies := map[string][]string{}, map[int]string{}
	n := 0
	for _, c := range cases.Inbound(t) {
		if c.How == "unit" {
			continue // lib/gateway runs them
		}
		n++
		t.Run(c.ID, func(t *testing.T) {
			key := benchKey(&c)
			b := benches[key]
			if b == nil {
				b = newBench(outer, &c)
				benches[key] = b
			}
			for _, shape := range shapes(&c) {
				o := b.run(t, &c, shape)
				for _, fault := range c.Check(o) {
					t.Errorf("%s: %s", shape, fault)
				}
				for _, r := range o.Replies {
					if body := string(r.Body); r.Status >= 400 && bodies[r.Status] != "" && bodies[r.Status] != body {
						t.Errorf("%s: got %s for status %d, want the same bytes as for others", shape, body, r.Status)
					} else {
						bodies[r.Status] = body
					}
				}
			}
			if t.Failed() {
				failed[c.Kind] = append(failed[c.Kind], c.ID)
				t.Log(c.Why)
			}
		})
	}
	for _, kind := range slices.Sorted(maps.Keys(failed)) {
		t.Logf("%s: %d fail: %s", kind, len(failed[kind]), strings.Join(failed[kind], " "))
	}
	if n != 216 {
		t.Errorf("got %d cases, want 216", n)
	}
}
