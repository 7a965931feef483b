package harness_test

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// TestRefusals checks that the SDK reads each refusal as the service's own, and
// takes the fleeting ones for retryable.
func TestRefusals(t *testing.T) {
	p, c := proxied(t, harness.Canned{})
	putEvents := func() error { _, err := c.events.PutEvents(t.Context(), entries(1)); return err }
	parameters := func() error {
		_, err := c.ssm.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/")})
		return err
	}
	message := func() error {
		_, err := c.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: aws.String("http://q")})
		return err
	}
	for name, s := range map[string]struct {
		call      func() error
		kind      harness.Kind
		code      string
		status    int
		retryable bool
	}{
		"DynamoDB throttle": {func() error { return update(t, c) }, harness.Throttle(), "ProvisionedThroughputExceededException", 400, true},
		"DynamoDB other":    {func() error { return update(t, c) }, harness.Refuse("ThrottlingException"), "ThrottlingException", 400, true},
		"DynamoDB error":    {func() error { return update(t, c) }, harness.ServerError(), "InternalServerError", 500, true},
		"events throttle":   {putEvents, harness.Throttle(), "ThrottlingException", 400, true},
		"events error":      {putEvents, harness.ServerError(), "InternalException", 500, true},
		"events denied":     {putEvents, harness.Refuse("AccessDeniedException"), "AccessDeniedException", 400, false},
		"SSM throttle":      {parameters, harness.Throttle(), "ThrottlingException", 400, true},
		"SSM error":         {parameters, harness.ServerError(), "InternalServerError", 500, true},
		"SQS throttle":      {message, harness.Throttle(), "RequestThrottled", 400, true},
	} {
		t.Run(name, func(t *testing.T) {
			defer p.Inject(harness.Fault{Kind: s.kind})()
			err := s.call()
			var refused smithy.APIError
			if !errors.As(err, &refused) || refused.ErrorCode() != s.code {
				t.Fatalf("error = %v, want code %s", err, s.code)
			}
			var response *awshttp.ResponseError
			if !errors.As(err, &response) || response.HTTPStatusCode() != s.status || response.RequestID == "" {
				t.Errorf("error = %v, want status %d and a request id", err, s.status)
			}
			if got := retry.NewStandard().IsErrorRetryable(err); got != s.retryable {
				t.Errorf("retryable = %v", got)
			}
		})
	}
}

func TestFaultSelection(t *testing.T) {
	p, c := proxied(t, harness.Canned{})
	remove := p.Inject(harness.Fault{Operation: "GetItem", Kind: harness.Drop()})
	p.Inject(harness.Fault{Operation: "UpdateItem", Times: 1, Kind: harness.Refuse("One")})
	p.Inject(harness.Fault{
		Operation: "UpdateItem", Times: 2, Kind: harness.Refuse("Two"),
		Match: func(body []byte) bool { return bytes.Contains(body, []byte(`"pk":{"S":"a"}`)) },
	})
	p.Inject(harness.Fault{
		Operation: "UpdateItem", Kind: harness.Refuse("Never"),
		Match: func(body []byte) bool { return bytes.Contains(body, []byte(`"S":"b"`)) },
	})
	for i, want := range []string{"One", "Two", "Two", ""} {
		got := ""
		if refused, ok := errors.AsType[smithy.APIError](update(t, c)); ok {
			got = refused.ErrorCode()
		}
		if got != want {
			t.Errorf("call %d: error %q, want %q", i, got, want)
		}
	}
	if got := p.Calls()["UpdateItem"]; got != 4 {
		t.Errorf("%d calls counted, want those with faults too", got)
	}
	remove()
	remove()
}

func TestFailEntries(t *testing.T) {
	p, c := proxied(t, harness.Canned{})
	p.Inject(harness.Fault{Operation: "PutEvents", Kind: harness.FailEntries("ThrottlingException")})
	out, err := c.events.PutEvents(t.Context(), entries(2))
	if err != nil || out.FailedEntryCount != 2 || len(out.Entries) != 2 {
		t.Fatalf("got %+v, %v, want two failed entries", out, err)
	}
	for i, e := range out.Entries {
		if code, id := aws.ToString(e.ErrorCode), aws.ToString(e.EventId); code != "ThrottlingException" || id != "" {
			t.Errorf("entry %d: got the code %q and the id %q, want a ThrottlingException and no id", i, code, id)
		}
	}
}

// TestLostCalls checks what was carried out when the caller got no answer.
func TestLostCalls(t *testing.T) {
	for name, s := range map[string]struct {
		kind      func(hook func()) harness.Kind
		hook      bool
		committed int
	}{
		"drop":         {func(func()) harness.Kind { return harness.Drop() }, false, 0},
		"lose answer":  {func(func()) harness.Kind { return harness.LoseAnswer() }, false, 1},
		"crash before": {harness.CrashBefore, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			upstream, _ := proxied(t, harness.Canned{})
			p, err := harness.StartProxy(upstream.URL())
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			var hooked atomic.Bool
			p.Inject(harness.Fault{Operation: "UpdateItem", Kind: s.kind(func() { hooked.Store(true) })})
			err = update(t, connect(p.URL()))
			if !errors.Is(err, io.EOF) {
				t.Errorf("got the error %v, want %v", err, io.EOF)
			}
			if got := upstream.Calls()["UpdateItem"]; got != s.committed {
				t.Errorf("got %d calls carried out, want %d", got, s.committed)
			}
			if got := hooked.Load(); got != s.hook {
				t.Errorf("got the hook called: %v, want %v", got, s.hook)
			}
		})
	}
}

func TestHold(t *testing.T) {
	p, c := proxied(t, harness.Canned{})
	release := make(chan struct{})
	p.Inject(harness.Fault{Times: 1, Kind: harness.Hold(release)})
	done := make(chan error, 1)
	go func() { done <- update(t, c) }()
	eventually(t, "the call is held", func() bool { return p.Calls()["UpdateItem"] == 1 })
	if err := update(t, c); err != nil {
		t.Errorf("a second call should pass the held one: %v", err)
	}
	select {
	case err := <-done:
		t.Fatalf("answered before its release: %v", err)
	default:
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestDelay(t *testing.T) {
	const delay = 30 * time.Millisecond
	p, c := proxied(t, harness.Canned{})
	p.Inject(harness.Fault{Times: 1, Kind: harness.Delay(delay)})
	begin := time.Now()
	if err := update(t, c); err != nil {
		t.Fatal(err)
	}
	if elapsed := time.Since(begin); elapsed < delay {
		t.Errorf("answered in %v, want %v or more", elapsed, delay)
	}
}

func TestCloseLetsHeldCallsGo(t *testing.T) {
	upstream, _ := proxied(t, harness.Canned{})
	p, err := harness.StartProxy(upstream.URL())
	if err != nil {
		t.Fatal(err)
	}
	p.Inject(harness.Fault{Times: 1, Kind: harness.Hold(nil)})
	p.Inject(harness.Fault{Times: 1, Kind: harness.Delay(time.Hour)})
	done := make(chan error, 2)
	for range 2 {
		go func() { done <- update(t, connect(p.URL())) }()
	}
	eventually(t, "both calls have arrived", func() bool { return p.Calls()["UpdateItem"] == 2 })
	p.Close()
	for range 2 {
		if err := <-done; err == nil {
			t.Error("a call was answered by a closed proxy")
		}
	}
	if len(upstream.Calls()) != 0 {
		t.Error("a held call was carried out")
	}
}
