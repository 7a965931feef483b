package account

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// function is a function of the template and its one execution environment.
type function struct {
	template.Function

	start   sync.Once // at the first invocation, as Lambda does
	process *harness.Function
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

// invoke runs a function.
func (a *Account) invoke(f *function, payload []byte, requestID string) ([]byte, error) {
	f.start.Do(func() { a.launch(f) })
	return f.process.InvokeWith(a.t.Context(), payload, harness.InvokeOptions{RequestID: requestID, Timeout: timeout, FunctionARN: f.ARN})
}
