package template_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

func TestRoutes(t *testing.T) {
	route := func(kind, uri string) map[string]any {
		return map[string]any{"Body": map[string]any{"paths": map[string]any{"/a/{b}": map[string]any{"x-amazon-apigateway-any-method": map[string]any{
			"x-amazon-apigateway-integration": map[string]any{"type": kind, "uri": uri, "payloadFormatVersion": "2.0"},
		}}}}}
	}
	const function = "arn:aws:lambda:us-east-1:123456789012:function:f"
	const uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function + "/invocations"
	got, err := one(t, "AWS::ApiGatewayV2::Api", route("aws_proxy", uri)).Routes()
	checkOne(t, got, err, template.Route{API: "One", Method: "ANY", Path: "/a/{b}", Function: function, Payload: "2.0"})
	if _, err := one(t, "AWS::ApiGatewayV2::Api", route("http_proxy", "https://example.com")).Routes(); err == nil {
		t.Error("a route to elsewhere is taken for one to a function")
	}
}
