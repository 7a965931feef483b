package harness_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// echo is what the echo function answers.
type echo struct {
	Text, Request, ARN, Trace string
	Deadline                  int64
	Files                     int
	Env                       []string
}

func invoke(t *testing.T, f *harness.Function, payload string, options harness.InvokeOptions) (echo, error) {
	t.Helper()
	out, err := f.InvokeWith(within(t, 2*time.Minute), []byte(payload), options)
	var e echo
	if err == nil {
		err = json.Unmarshal(out, &e)
	}
	return e, err
}

func TestInvoke(t *testing.T) {
	f := start(t, "A=1")
	before := time.Now()
	got, err := invoke(t, f, `{"Text":"hello"}`, harness.InvokeOptions{
		RequestID: "id-1", Timeout: 5 * time.Second, TraceID: "Root=x", FunctionARN: "arn:aws:lambda:f",
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Text != "hello" || got.Request != "id-1" || got.Trace != "Root=x" || got.ARN != "arn:aws:lambda:f" {
		t.Errorf("answer = %+v", got)
	}
	if left := time.UnixMilli(got.Deadline).Sub(before); left < 4*time.Second || left > 8*time.Second {
		t.Errorf("deadline %v after the call, want about 5 s", left)
	}
	if got.Files != 0 {
		t.Errorf("%d files in the working directory, want none", got.Files)
	}
	env := slices.DeleteFunc(got.Env, func(v string) bool {
		return strings.HasPrefix(v, "AWS_LAMBDA_RUNTIME_API=127.0.0.1:") || strings.HasPrefix(v, "_X_AMZN_TRACE_ID=") || strings.HasPrefix(v, "PWD=")
	})
	if !slices.Equal(env, []string{"A=1"}) {
		t.Errorf("environment = %q, want only A=1", env)
	}
	if !strings.Contains(f.Logs(), "said hello\n") {
		t.Errorf("logs = %q", f.Logs())
	}
}

func TestInvokeDefaults(t *testing.T) {
	f := start(t)
	one, err := invoke(t, f, `{}`, harness.InvokeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	two, err := invoke(t, f, `{}`, harness.InvokeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(one.Request) != 36 || one.Request == two.Request {
		t.Errorf("request ids %q and %q, want two UUIDs", one.Request, two.Request)
	}
	if !strings.HasPrefix(one.Trace, "Root=1-") || one.ARN == "" {
		t.Errorf("answer = %+v", one)
	}
}

func TestInvokeTakesTurns(t *testing.T) {
	f := start(t)
	errs := make(chan error)
	for range 8 {
		go func() {
			_, err := f.Invoke(t.Context(), []byte(`{}`))
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestFunctionError(t *testing.T) {
	f := start(t)
	var failed *harness.FunctionError
	if _, err := invoke(t, f, `{"Do":"fail","Text":"no luck"}`, harness.InvokeOptions{}); !errors.As(err, &failed) ||
		*failed != (harness.FunctionError{Type: "errorString", Message: "no luck"}) {
		t.Errorf("Invoke = %v", err)
	}
	if _, err := invoke(t, f, `{}`, harness.InvokeOptions{}); err != nil {
		t.Errorf("the function should live on: %v", err)
	}
}

func TestPanicAnswersThenExits(t *testing.T) {
	f := start(t)
	var failed *harness.FunctionError
	if _, err := invoke(t, f, `{"Do":"panic","Text":"oh"}`, harness.InvokeOptions{}); !errors.As(err, &failed) || failed.Message != "oh" {
		t.Errorf("Invoke = %v", err)
	}
	if _, err := invoke(t, f, `{}`, harness.InvokeOptions{}); !errors.Is(err, harness.ErrExited) {
		t.Errorf("Invoke = %v, want ErrExited", err)
	}
}

func TestExitWithoutAnswer(t *testing.T) {
	f := start(t)
	if _, err := invoke(t, f, `{"Do":"exit"}`, harness.InvokeOptions{}); !errors.Is(err, harness.ErrExited) || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("Invoke = %v, want ErrExited with status 3", err)
	}
}

func TestKillDuringInvocation(t *testing.T) {
	f := start(t)
	done := make(chan error, 1)
	go func() {
		_, err := f.Invoke(t.Context(), []byte(`{"Do":"hang"}`))
		done <- err
	}()
	eventually(t, "the function hangs", func() bool { return strings.Contains(f.Logs(), "hanging") })
	for range 2 {
		if err := f.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; !errors.Is(err, harness.ErrExited) {
		t.Errorf("Invoke = %v, want ErrExited", err)
	}
	if _, err := f.RSS(); err == nil {
		t.Error("RSS of a dead process should fail")
	}
}

func TestDeadlineKills(t *testing.T) {
	f := start(t)
	if _, err := invoke(t, f, `{"Do":"hang"}`, harness.InvokeOptions{Timeout: 50 * time.Millisecond}); !errors.Is(err, harness.ErrTimeout) {
		t.Errorf("Invoke = %v, want ErrTimeout", err)
	}
	if _, err := invoke(t, f, `{}`, harness.InvokeOptions{}); !errors.Is(err, harness.ErrExited) {
		t.Errorf("Invoke = %v, want ErrExited", err)
	}
}

func TestInitError(t *testing.T) {
	f := start(t, "MODE=init-error:no settings")
	var failed *harness.InitError
	if err := f.Ready(within(t, 2*time.Minute)); !errors.As(err, &failed) ||
		*failed != (harness.InitError{Type: "Echo.Init", Message: "no settings"}) {
		t.Errorf("Ready = %v", err)
	}
	if _, err := f.Invoke(t.Context(), nil); !errors.As(err, &failed) {
		t.Errorf("Invoke = %v, want an InitError", err)
	}
}

func TestCallerMayLeave(t *testing.T) {
	f := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := f.Invoke(ctx, []byte(`{"Do":"hang"}`))
		done <- err
	}()
	eventually(t, "the function hangs", func() bool { return strings.Contains(f.Logs(), "hanging") })
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Invoke = %v, want context.Canceled", err)
	}
	if _, err := f.Invoke(within(t, 20*time.Millisecond), []byte(`{}`)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Invoke = %v, want context.DeadlineExceeded", err)
	}
}
