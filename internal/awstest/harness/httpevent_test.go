package harness_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

func TestHTTPEvent(t *testing.T) {
	header := http.Header{
		"X-Lark-Signature": {"abc"},
		"X-Many":           {"1", "2"},
		"Cookie":           {"a=1; b=2"},
		"User-Agent":       {"lark"},
	}
	for name, c := range map[string]struct {
		build  func(method, path string, header http.Header, body []byte) []byte
		body   string
		want   string
		base64 bool
	}{
		"text":      {harness.HTTPEvent, `{"a":"é"}`, `{"a":"é"}`, false},
		"none":      {harness.HTTPEvent, "", "", false},
		"not UTF-8": {harness.HTTPEvent, "\xff", "/w==", true},
		"asked for": {harness.HTTPEventBase64, "hi", "aGk=", true},
	} {
		t.Run(name, func(t *testing.T) {
			var e events.APIGatewayV2HTTPRequest
			if err := json.Unmarshal(c.build("POST", "/event?x=1&x=2&y=%20", header, []byte(c.body)), &e); err != nil {
				t.Fatal(err)
			}
			if e.Body != c.want || e.IsBase64Encoded != c.base64 {
				t.Errorf("body %q, base64 %v", e.Body, e.IsBase64Encoded)
			}
			want := map[string]string{"x-lark-signature": "abc", "x-many": "1,2", "user-agent": "lark"}
			if !reflect.DeepEqual(e.Headers, want) {
				t.Errorf("headers = %v", e.Headers)
			}
			if !reflect.DeepEqual(e.Cookies, []string{"a=1", "b=2"}) {
				t.Errorf("cookies = %v", e.Cookies)
			}
			if !reflect.DeepEqual(e.QueryStringParameters, map[string]string{"x": "1,2", "y": " "}) || e.RawQueryString != "x=1&x=2&y=%20" {
				t.Errorf("query = %v, raw %q", e.QueryStringParameters, e.RawQueryString)
			}
			if h := e.RequestContext.HTTP; e.Version != "2.0" || e.RawPath != "/event" || e.RouteKey != "POST /event" || h.Method != "POST" || h.Path != "/event" {
				t.Errorf("event = %+v", e)
			}
		})
	}
}

func TestHTTPReply(t *testing.T) {
	status, header, body, err := harness.HTTPReply([]byte(
		`{"statusCode":503,"headers":{"content-type":"text/plain"},"cookies":["a=1"],"body":"aGk=","isBase64Encoded":true}`))
	if err != nil || status != 503 || string(body) != "hi" || header.Get("Content-Type") != "text/plain" || header.Get("Set-Cookie") != "a=1" {
		t.Errorf("HTTPReply = %d, %v, %q, %v", status, header, body, err)
	}
	for _, bad := range []string{"", "null", `{"body":"x"}`, `{"statusCode":200,"body":"!","isBase64Encoded":true}`} {
		if _, _, _, err := harness.HTTPReply([]byte(bad)); err == nil {
			t.Errorf("HTTPReply(%q) gave no error", bad)
		}
	}
}
