package harness_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

func TestLambdaAPI(t *testing.T) {
	const arn = "arn:aws:lambda:us-east-1:123456789012:function:echo"
	f, gone := start(t), start(t)
	if err := gone.Kill(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(harness.LambdaAPI(map[string]*harness.Function{"echo": f, arn: f, "gone": gone}))
	defer server.Close()
	for _, tt := range []struct {
		method, function, payload string
		status                    int
		failed, answer            string
	}{
		{"POST", "echo", `{"Text":"hello"}`, 200, "", `"hello"`},
		{"POST", strings.ReplaceAll(arn, ":", "%3A"), `{"Text":"hello"}`, 200, "", `"hello"`},
		{"POST", "echo", `{"Do":"fail"}`, 200, "Unhandled", `"errorType"`},
		{"POST", "other", `{}`, 404, "", "not found"},
		{"POST", "gone", `{}`, 500, "", "gone"},
		{"GET", "echo", "", 405, "", ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tt.method, server.URL+"/2015-03-31/functions/"+tt.function+"/invocations", strings.NewReader(tt.payload))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != tt.status || resp.Header.Get("X-Amz-Function-Error") != tt.failed || !strings.Contains(string(body), tt.answer) {
			t.Errorf("%s %s %s: got %d %q %s, %v", tt.method, tt.function, tt.payload, resp.StatusCode, resp.Header.Get("X-Amz-Function-Error"), body, err)
		}
	}
}
