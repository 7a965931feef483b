// Package wire puts the functions together from their environment.
//
// [StartCard] makes a function of a card handler in Go. [Gateway] and [Sender]
// make the handlers of the functions event, card and send, as template.yaml
// deploys them. A function that lacks a part of its environment says which.
package wire

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/cloud"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/metric"
	"github.com/larkbridge/larkbridge/lib/send"
	"github.com/larkbridge/larkbridge/lib/store"
	"github.com/larkbridge/larkbridge/lib/stream"
	"github.com/larkbridge/larkbridge/lib/version"
)

// The environment of a function, as template.yaml sets it.
const (
	envTable  = "TABLE_NAME"
	envBus    = "BUS_NAME"
	envBucket = "BUCKET_NAME"
	envPrefix = "PARAMETER_PREFIX"
	envStack  = "STACK_NAME"              // the dimension of the metrics
	envLimit  = "INLINE_LIMIT"            // bytes; optional
	envDedupe = "DEDUPE_FAILURE"          // open or closed; optional
	envCopy   = "SETTINGS_COPY"           // on or off; optional
	envAnswer = "ANSWER_TIMEOUT"          // what an answer may take, such as 2500ms; optional
	envSend   = "SEND_TIMEOUT"            // the function send's time-out, such as 60s; optional
	envTo     = "DEFAULT_TO"              // a chat or person; optional
	envAsks   = "ASK_QUEUE_URL"           // of the queue of send; optional: without it no questions are asked
	envLevel  = "AWS_LAMBDA_LOG_LEVEL"    // set by Lambda
	envDaemon = "AWS_XRAY_DAEMON_ADDRESS" // set by Lambda
)

const (
	// warmTimeout is the most that opening connections and reading the settings
	// may take while the function starts.
	warmTimeout = 2500 * time.Millisecond
	// warmWait is the most that the first request waits for them. What takes
	// longer goes on beside it.
	warmWait = 400 * time.Millisecond
)

// clients is what the functions share.
type clients struct {
	cloud    *cloud.Cloud
	log      *slog.Logger
	table    *store.Table
	settings *store.Settings
}

// newClients makes it and, while Lambda gives a full CPU to init, reads the
// settings of the default app and opens the connections. What fails there is tried
// again by the first request.
func newClients(ctx context.Context, getenv func(string) string, required ...string) (*clients, error) {
	for _, name := range required {
		if getenv(name) == "" {
			return nil, fmt.Errorf("the environment variable %s is not set: template.yaml sets it", name)
		}
	}
	share := getenv(envCopy)
	if share != "" && share != "on" && share != "off" {
		return nil, fmt.Errorf("the environment variable %s must be on or off", envCopy)
	}
	c := cloud.New(getenv)
	table := store.NewTable(c.DynamoDB(), getenv(envTable), time.Now)
	var copies lark.TokenStore = table
	if share == "off" {
		copies = nil
	}
	p := &clients{
		cloud:    c,
		log:      slog.New(lambdacontext.NewLogHandler()),
		table:    table,
		settings: store.NewSettings(store.NewSSM(c.SSM(), getenv(envPrefix)), copies, time.Now),
	}
	p.log.Info("start", "product", version.Product, "go", runtime.Version())
	tasks := []func(context.Context){c.WarmBus, func(ctx context.Context) { _, _ = p.settings.App(ctx, lark.DefaultApp) }}
	if copies == nil { // else the settings are read from the table
		tasks = append(tasks, c.WarmTable)
	}
	warm(ctx, tasks...)
	return p, nil
}

// warm opens connections and reads the settings. It returns when all is done, or
// after warmWait: a request that needs the settings waits for them itself.
func warm(ctx context.Context, tasks ...func(context.Context)) {
	ctx, cancel := context.WithTimeout(ctx, warmTimeout)
	var all sync.WaitGroup
	for _, task := range tasks {
		all.Go(func() { task(ctx) })
	}
	done := make(chan struct{})
	go func() {
		all.Wait()
		cancel()
		close(done)
	}()
	timer := time.NewTimer(warmWait)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// Gateway makes the handler of the functions event and card. The name of the
// function is in the lines of its metrics.
func Gateway(ctx context.Context, function string, getenv func(string) string) (*gateway.Gateway, error) {
	return newGateway(ctx, function, getenv, func(p *clients) gateway.Answerer {
		return gateway.Invoked(cloud.NewLambda(p.cloud.Config(), p.cloud.Endpoint("LAMBDA"), time.Now))
	})
}

// newGateway is [Gateway] with what answers the clicks that answer no question.
func newGateway(ctx context.Context, function string, getenv func(string) string, answerer func(*clients) gateway.Answerer) (*gateway.Gateway, error) {
	start := time.Now()
	limit, err := inlineLimit(getenv(envLimit))
	if err != nil {
		return nil, err
	}
	dedupe := getenv(envDedupe)
	if dedupe != "" && dedupe != "open" && dedupe != "closed" {
		return nil, fmt.Errorf("the environment variable %s must be open or closed", envDedupe)
	}
	answer, err := answerTimeout(getenv(envAnswer))
	if err != nil {
		return nil, err
	}
	p, err := newClients(ctx, getenv, envTable, envBus, envBucket, envPrefix, envStack)
	if err != nil {
		return nil, err
	}
	counter := metric.New(os.Stdout, getenv(envStack), function, getenv(envLevel), time.Now)
	cards := answerer(p)
	if asks := p.asks(getenv); asks != nil {
		cards = gateway.Asked(asks, cards)
	}
	return &gateway.Gateway{
		Apps:    p.settings,
		Claims:  p.table,
		Tickets: p.table,
		Events: &bus.Bus{
			Publisher:   bus.NewEventBridge(p.cloud.EventBridge(), getenv(envBus)),
			Blobs:       cloud.NewS3(p.cloud.Config(), p.cloud.Endpoint("S3"), time.Now),
			Bucket:      getenv(envBucket),
			InlineLimit: limit,
		},
		Cards:      cards,
		Now:        time.Now,
		Observers:  []gateway.Observer{gateway.Log(p.log), gateway.Count(counter.Count), annotate(cloud.NewTraces(getenv(envDaemon)))},
		FailClosed: dedupe == "closed",

		AnswerTimeout: answer,
		StartupTime:   time.Since(start),
	}, nil
}

// asks makes what keeps the questions of the verb ask, nil for a stack that asks
// none.
func (p *clients) asks(getenv func(string) string) *ask.Asks {
	queue := getenv(envAsks)
	if queue == "" {
		return nil
	}
	config, entries := p.cloud.Config(), bus.NewEventBridge(p.cloud.EventBridge(), getenv(envBus))
	return &ask.Asks{
		Documents: p.table,
		Queue:     cloud.NewSendQueue(config, p.cloud.Endpoint("SQS"), queue, time.Now),
		Workflows: cloud.NewWorkflows(config, p.cloud.Endpoint("SFN"), p.cloud.Endpoint("LAMBDA"), time.Now),
		Publish: func(ctx context.Context, detail []byte) error {
			_, err := entries.Publish(ctx, bus.Entry{Source: bus.SendSource, DetailType: ask.DetailType, Detail: detail})
			return err
		},
		Now: time.Now,
	}
}

// annotate returns an observer that makes Lark's id of a delivery an annotation of the
// invocation's trace.
func annotate(traces *cloud.Traces) gateway.Observer {
	return func(ctx context.Context, o gateway.Outcome) {
		if o.LogID != "" {
			traces.Annotate(ctx, o.Start, o.Start.Add(o.Duration), map[string]string{"lark_trace_id": o.LogID})
		}
	}
}

func inlineLimit(text string) (int, error) {
	if text == "" {
		return bus.DefaultInlineLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1<<10 || n > 1<<20 {
		return 0, fmt.Errorf("the environment variable %s must be a number of bytes from 1024 to 1048576", envLimit)
	}
	return n, nil
}

func answerTimeout(text string) (time.Duration, error) {
	if text == "" {
		return gateway.DefaultAnswerTimeout, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > time.Minute {
		return 0, fmt.Errorf("the environment variable %s must be a duration from 1s to 60s", envAnswer)
	}
	return d, nil
}

// StartCard runs the function card with a handler in Go, which answers the clicks
// in place of the function that an app's settings name. It does not return.
func StartCard(handler lark.CardHandler) {
	g, err := newGateway(context.Background(), "card", os.Getenv, func(*clients) gateway.Answerer { return gateway.Linked(handler) })
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start(g.Lambda)
}

// Sender makes the handler of the function send.
func Sender(ctx context.Context, getenv func(string) string) (*send.Sender, error) {
	p, err := newClients(ctx, getenv, envTable, envBus, envPrefix, envStack)
	if err != nil {
		return nil, err
	}
	timeout, err := sendTimeout(getenv(envSend))
	if err != nil {
		return nil, err
	}
	counter := metric.New(os.Stdout, getenv(envStack), "send", getenv(envLevel), time.Now)
	return &send.Sender{
		Apps:      p.settings,
		HTTP:      LarkHTTP(),
		Tokens:    p.table,
		Claims:    p.table,
		Results:   bus.NewEventBridge(p.cloud.EventBridge(), getenv(envBus)),
		Blobs:     cloud.NewS3(p.cloud.Config(), p.cloud.Endpoint("S3"), time.Now),
		Bucket:    getenv(envBucket),
		Now:       time.Now,
		Asks:      p.asks(getenv),
		Log:       p.log,
		Observers: []send.Observer{send.Log(p.log), send.Count(counter.Count)},
		Streams:   &stream.Writer{Store: p.table, Now: time.Now},
		DefaultTo: getenv(envTo),
		Timeout:   timeout,
		Delay:     cloud.NewSQS(p.cloud.Config(), p.cloud.Endpoint("SQS")),
	}, nil
}

func sendTimeout(text string) (time.Duration, error) {
	if text == "" {
		return send.DefaultTimeout, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > 15*time.Minute {
		return 0, fmt.Errorf("the environment variable %s must be a duration from 1s to 15m", envSend)
	}
	return d, nil
}

// LarkHTTP makes the HTTP client for Lark. It follows no redirect: a token goes
// to the app's own host and nowhere else.
func LarkHTTP() lark.HTTPDoer {
	return &http.Client{ // without a time-out: each call has its own
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
