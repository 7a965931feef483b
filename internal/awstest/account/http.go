package account

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Post posts to the stack's HTTP API. What API Gateway answers itself is
// {"message":…}.
func (a *Account) Post(path string, req lark.Delivery) (status int, body string) {
	a.t.Helper()
	start := time.Now()
	var dimensions map[string]string
	status, body = http.StatusNotFound, `{"message":"Not Found"}`
	for _, route := range a.routes {
		api := a.Resources[route.API]
		dimensions = map[string]string{"ApiId": api.Name}
		if !routed(route, path) {
			continue
		}
		f := a.function(route.Function)
		if source := "arn:aws:execute-api:" + template.Region + ":" + template.Account + ":" + api.Name + "/$default/POST" + route.Path; !a.allows("apigateway.amazonaws.com", f, source) {
			a.t.Errorf("nothing allows %s to invoke %s", source, route.Function)
		}
		if route.Payload != "2.0" {
			a.t.Errorf("%s has payload %s", route.Path, route.Payload)
		}
		status, body = a.integrate(f, path, req)
		break
	}
	metric := func(name string, value float64) { a.watch.add("AWS/ApiGateway", name, dimensions, value) }
	metric("Count", 1)
	metric("Latency", float64(time.Since(start).Milliseconds()))
	switch {
	case status >= 500:
		metric("5xx", 1)
	case status >= 400:
		metric("4xx", 1)
	}
	return status, body
}

// integrate invokes the function for a request.
func (a *Account) integrate(f *function, path string, req lark.Delivery) (int, string) {
	header, _ := req.Header.(http.Header) // nil for a delivery without headers
	out, err := a.invoke(f, harness.HTTPEvent(http.MethodPost, path, header, req.Body), "")
	if errors.Is(err, errThrottled) {
		return http.StatusServiceUnavailable, `{"message":"Service Unavailable"}`
	}
	if err == nil {
		status, _, body, err := harness.HTTPReply(out)
		if err == nil {
			return status, string(body)
		}
	}
	return http.StatusInternalServerError, `{"message":"Internal Server Error"}`
}

// routed says whether a route takes a POST to a path.
func routed(route template.Route, path string) bool {
	want, got := strings.Split(route.Path, "/"), strings.Split(path, "/")
	if len(want) != len(got) || route.Method != "ANY" && route.Method != http.MethodPost {
		return false
	}
	for i, part := range want {
		if part != got[i] && !(strings.HasPrefix(part, "{") && got[i] != "") {
			return false
		}
	}
	return true
}
