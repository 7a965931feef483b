package account

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// errThrottled is what Lambda answers when a function's concurrency is used up.
var errThrottled = errors.New("TooManyRequestsException")

// function is a function of the template and its one execution environment.
type function struct {
	template.Function

	start   sync.Once // at the first invocation, as Lambda does
	process *harness.Function
	read    int // bytes of its log that were looked at

	mu      sync.Mutex
	running int
}

func (a *Account) createFunctions() {
	a.t.Helper()
	all, err := a.Functions()
	a.must(err)
	for _, f := range all {
		a.functions = append(a.functions, &function{Function: f})
	}
}

// launch runs the real binary with what the template gives it.
func (a *Account) launch(f *function) {
	a.t.Helper()
	env := append(a.Env(), "AWS_ENDPOINT_URL_LAMBDA="+a.lambda, "AWS_LAMBDA_FUNCTION_NAME="+f.Name, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE="+strconv.Itoa(int(f.Memory)),
		"AWS_LAMBDA_LOG_FORMAT="+f.LogFormat, "AWS_LAMBDA_LOG_LEVEL="+f.LogLevel)
	for variable, value := range f.Environment {
		env = append(env, variable+"="+value)
	}
	if _, answers := f.Environment["ANSWER_TIMEOUT"]; answers {
		env = append(env, stage.AnswerTimeout)
	}
	binary := harness.Bootstrap(a.t, strings.TrimPrefix(f.Name, template.Stack+"-"))
	if !strings.HasSuffix(binary, "/"+f.Handler) {
		a.t.Fatalf("%s runs %s, and the zip has %s", f.ID, f.Handler, binary)
	}
	var err error
	f.process, err = harness.Start(context.Background(), binary, env)
	a.must(err)
	a.t.Cleanup(func() { _ = f.process.Stop() })
}

// Logs is what the named function, "event", wrote.
func (a *Account) Logs(name string) string {
	a.t.Helper()
	if f := a.function(template.Stack + "-" + name); f.process != nil {
		return f.process.Logs()
	}
	return ""
}

// timeout is what an invocation may take instead of the template's time-out,
// which a busy machine would break.
const timeout = time.Minute

// invoke runs a function within the template's concurrency.
func (a *Account) invoke(f *function, payload []byte, requestID string) ([]byte, error) {
	f.mu.Lock()
	throttled := f.Reserved != nil && f.running >= int(*f.Reserved)
	if !throttled {
		f.running++
	}
	f.mu.Unlock()
	metric := func(name string, value float64) {
		a.watch.add("AWS/Lambda", name, map[string]string{"FunctionName": f.Name}, value)
	}
	if throttled {
		metric("Throttles", 1)
		return nil, errThrottled
	}
	f.start.Do(func() { a.launch(f) })
	start := time.Now()
	out, err := f.process.InvokeWith(a.t.Context(), payload, harness.InvokeOptions{
		RequestID: requestID, Timeout: timeout, FunctionARN: f.ARN,
	})
	metric("Invocations", 1)
	metric("Duration", float64(time.Since(start).Milliseconds()))
	if err != nil {
		metric("Errors", 1)
	}
	f.mu.Lock()
	f.running--
	f.mu.Unlock()
	return out, err
}
