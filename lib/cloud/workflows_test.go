package cloud_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/cloud"
)

// received is a request as AWS receives it.
type received struct{ path, target, contentType, body, signed string }

// awsServer answers each request with a status, a header X-Amzn-Errortype and a
// body.
func awsServer(t *testing.T, status int, errorType, answer string) (url string, got *received) {
	t.Helper()
	got = &received{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*got = received{r.URL.EscapedPath(), r.Header.Get("X-Amz-Target"), r.Header.Get("Content-Type"), string(body), r.Header.Get("Authorization")}
		if errorType != "" {
			w.Header().Set("X-Amzn-Errortype", errorType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, got
}

func TestWorkflows(t *testing.T) {
	task, callback := ask.Step{TaskToken: "AQC/+=="}, ask.Step{CallbackID: "Ab1+/x=="}
	for _, tt := range []struct {
		name string
		call func(*cloud.Workflows) error
		want received
	}{
		{"a task succeeds", func(w *cloud.Workflows) error { return w.Succeed(t.Context(), task, []byte(`{"choice":"yes"}`)) },
			received{"/", "AWSStepFunctions.SendTaskSuccess", "application/x-amz-json-1.0", `{"output":"{\"choice\":\"yes\"}","taskToken":"AQC/+=="}`, "/us-east-1/states/"}},
		{"a task fails", func(w *cloud.Workflows) error { return w.Fail(t.Context(), task, "Lark.NoAnswer", "why") },
			received{"/", "AWSStepFunctions.SendTaskFailure", "application/x-amz-json-1.0", `{"cause":"why","error":"Lark.NoAnswer","taskToken":"AQC/+=="}`, "/us-east-1/states/"}},
		{"a callback succeeds", func(w *cloud.Workflows) error { return w.Succeed(t.Context(), callback, []byte(`{"choice":"yes"}`)) },
			received{"/2025-12-01/durable-execution-callbacks/Ab1%2B%2Fx%3D%3D/succeed", "", "application/octet-stream", `{"choice":"yes"}`, "/us-east-1/lambda/"}},
		{"a callback fails", func(w *cloud.Workflows) error { return w.Fail(t.Context(), callback, "Lark.NoAnswer", "why") },
			received{"/2025-12-01/durable-execution-callbacks/Ab1%2B%2Fx%3D%3D/fail", "", "application/json", `{"ErrorMessage":"why","ErrorType":"Lark.NoAnswer"}`, "/us-east-1/lambda/"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url, got := awsServer(t, http.StatusOK, "", "{}")
			c := cloud.New(getenv(credentials))
			if err := tt.call(cloud.NewWorkflows(c.Config(), url, url+"/", time.Now)); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(got.signed, tt.want.signed) {
				t.Errorf("got the signature %q, want one for %q", got.signed, tt.want.signed)
			}
			got.signed = tt.want.signed
			if *got != tt.want {
				t.Errorf("got %+v, want %+v", *got, tt.want)
			}
		})
	}
}

// A refusal has AWS's code and nothing of the request.
func TestWorkflowErrors(t *testing.T) {
	for _, tt := range []struct {
		status          int
		errorType, body string
		wantCode        string
	}{
		{http.StatusBadRequest, "", `{"__type":"com.amazonaws.swf.service.v2.model#TaskTimedOut","message":"Task Timed Out: secret"}`, "TaskTimedOut"},
		{http.StatusBadRequest, "CallbackTimeoutException:http://internal.amazon.com/", `{"Message":"secret"}`, "CallbackTimeoutException"},
		{http.StatusInternalServerError, "", "secret", ""},
		{http.StatusFound, "", "secret", ""},
	} {
		url, _ := awsServer(t, tt.status, tt.errorType, tt.body)
		c := cloud.New(getenv(credentials))
		err := cloud.NewWorkflows(c.Config(), url, url, time.Now).Succeed(t.Context(), ask.Step{TaskToken: "secret"}, []byte("{}"))
		var coded interface{ ErrorCode() string }
		if !errors.As(err, &coded) || coded.ErrorCode() != tt.wantCode || strings.Contains(err.Error(), "secret") {
			t.Errorf("%d %s: got %v, want the code %q", tt.status, tt.body, err, tt.wantCode)
		}
	}
}

func TestSendQueue(t *testing.T) {
	for delay, want := range map[time.Duration]float64{-time.Second: 0, 0: 0, 5 * time.Second: 5, 12 * time.Hour: 900} {
		url, got := awsServer(t, http.StatusOK, "", `{"MessageId":"1"}`)
		c := cloud.New(getenv(credentials))
		if err := cloud.NewSendQueue(c.Config(), url, "https://sqs.test/1/send", time.Now).Send(t.Context(), []byte(`{"ask":{}}`), delay); err != nil {
			t.Fatal(err)
		}
		var body map[string]any
		if json.Unmarshal([]byte(got.body), &body) != nil || got.target != "AmazonSQS.SendMessage" || body["DelaySeconds"] != want ||
			body["QueueUrl"] != "https://sqs.test/1/send" || body["MessageBody"] != `{"ask":{}}` || !strings.Contains(got.signed, "/us-east-1/sqs/") {
			t.Errorf("a delay of %s: got %+v, want %v s", delay, *got, want)
		}
	}
}
