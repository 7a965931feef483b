package account

import (
	"net/http"
	"strings"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// Post posts to the stack's HTTP API. What API Gateway answers itself is
// {"message":…}.
func (a *Account) Post(path string, req lark.Delivery) (status int, body string) {
	a.t.Helper()
	for _, route := range a.routes {
		if !routed(route, path) {
			continue
		}
		f := a.function(route.Function)
		if source := "arn:aws:execute-api:" + template.Region + ":" + template.Account + ":" + a.Resources[route.API].Name + "/$default/POST" + route.Path; !a.allows("apigateway.amazonaws.com", f, source) {
			a.t.Errorf("nothing allows %s to invoke %s", source, route.Function)
		}
		if route.Payload != "2.0" {
			a.t.Errorf("%s has payload %s", route.Path, route.Payload)
		}
		return a.integrate(f, path, req)
	}
	return http.StatusNotFound, `{"message":"Not Found"}`
}

// integrate invokes the function for a request.
func (a *Account) integrate(f *function, path string, req lark.Delivery) (int, string) {
	header, _ := req.Header.(http.Header) // nil for a delivery without headers
	out, err := a.invoke(f, harness.HTTPEvent(http.MethodPost, path, header, req.Body), "")
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
	for i, segment := range want {
		if segment != got[i] && !(strings.HasPrefix(segment, "{") && got[i] != "") {
			return false
		}
	}
	return true
}
