package cases

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// Shape is a way by which AWS hands an HTTP request to a function.
type Shape string

// The shapes of payloads.
const (
	HTTPAPI      Shape = "HTTP API"      // API Gateway, payload 2.0
	CustomDomain Shape = "custom domain" // an HTTP API behind a mapping key
	FunctionURL  Shape = "Function URL"  // payload 2.0, with the body in base64
	RESTAPI      Shape = "REST API"      // API Gateway, payload 1.0, with a stage
	LoadBalancer Shape = "load balancer" // a target of an Application Load Balancer
)

// Shapes returns every shape.
func Shapes() []Shape { return []Shape{HTTPAPI, CustomDomain, FunctionURL, RESTAPI, LoadBalancer} }

// In returns the payload of Lambda for the request in a shape.
func (r *Request) In(shape Shape) ([]byte, error) {
	switch shape {
	case HTTPAPI:
		return harness.HTTPEvent(http.MethodPost, r.Path, r.Header, r.Body), nil
	case CustomDomain:
		return harness.HTTPEvent(http.MethodPost, "/lark"+r.Path, r.Header, r.Body), nil
	case FunctionURL:
		return harness.HTTPEventBase64(http.MethodPost, r.Path, r.Header, r.Body), nil
	}
	body, inBase64 := string(r.Body), !utf8.Valid(r.Body)
	if inBase64 {
		body = base64.StdEncoding.EncodeToString(r.Body)
	}
	headers := map[string]string{}
	for name := range r.Header {
		headers[strings.ToLower(name)] = r.Header.Get(name)
	}
	event := map[string]any{
		"httpMethod": http.MethodPost, "path": r.Path, "headers": headers, "body": body, "isBase64Encoded": inBase64,
	}
	if shape == RESTAPI {
		event["resource"] = "/{proxy+}"
		event["multiValueHeaders"] = r.Header
		event["requestContext"] = map[string]any{
			"resourcePath": "/{proxy+}", "path": "/prod" + r.Path, "stage": "prod", "httpMethod": http.MethodPost, "requestId": "r-1",
		}
	} else {
		event["queryStringParameters"] = map[string]string{}
		event["requestContext"] = map[string]any{
			"elb": map[string]string{"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/lark/0123456789abcdef"},
		}
	}
	payload, err := json.Marshal(event)
	if err != nil {
		return nil, fmt.Errorf("writing the payload of a %s: %w", shape, err)
	}
	return payload, nil
}
