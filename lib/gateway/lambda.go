package gateway

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// LambdaRequest is an HTTP request as Lambda passes it to a function: from an HTTP API or
// a Function URL (payload 2.0), from a REST API or an HTTP API with payload 1.0, or from a
// load balancer. It has those fields of all of them that a gateway needs.
type LambdaRequest struct {
	RawPath        string `json:"rawPath"` // in payload 2.0
	RequestContext struct {
		HTTP struct {
			Method string `json:"method"`
		} `json:"http"`
	} `json:"requestContext"`

	Path   string `json:"path"` // in the others
	Method string `json:"httpMethod"`

	Headers map[string]string `json:"headers"`
	// MultiValueHeaders has the headers if a load balancer is configured for that.
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	PathParameters    map[string]string   `json:"pathParameters"`
	Body              string              `json:"body"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`
}

// LambdaResponse is the response to a [LambdaRequest].
type LambdaResponse struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers,omitempty"`
	// MultiValueHeaders has the headers for a load balancer that sends such headers.
	MultiValueHeaders map[string][]string `json:"multiValueHeaders,omitempty"`
	Body              string              `json:"body"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`
}

// Lambda serves a request. Its error is always nil: Lambda would answer an error
// with a 502 of its own.
func (g *Gateway) Lambda(ctx context.Context, in LambdaRequest) (LambdaResponse, error) {
	reply := refusal(http.StatusBadRequest)
	if body, ok := in.decodeBody(); ok {
		reply = g.Serve(ctx, Request{
			Method: in.RequestContext.HTTP.Method + in.Method, // one of them is empty, as is one of the paths
			Path:   in.RawPath + in.Path,
			App:    in.PathParameters["app"],
			Header: in.header(),
			Body:   body,
		})
	}
	out := LambdaResponse{StatusCode: reply.Status, Body: string(reply.Body)}
	if in.Headers == nil && in.MultiValueHeaders != nil {
		out.MultiValueHeaders = map[string][]string{"Content-Type": {contentType}}
	} else {
		out.Headers = map[string]string{"Content-Type": contentType}
	}
	return out, nil
}

func (in *LambdaRequest) header() lark.Header {
	if in.Headers == nil {
		return multiHeaders(in.MultiValueHeaders)
	}
	return headers(in.Headers)
}

// decodeBody returns the bytes that Lark sent, and reports whether they can be
// decoded. The signature is over these bytes.
func (in *LambdaRequest) decodeBody() ([]byte, bool) {
	if !in.IsBase64Encoded {
		return []byte(in.Body), true
	}
	body, err := base64.StdEncoding.DecodeString(in.Body)
	return body, err == nil
}

// headers holds the headers of a request. An HTTP API writes their names in lower case;
// others write them as the client did.
type headers map[string]string

// Get returns the value of the named header, "" when there is none.
func (h headers) Get(name string) string {
	if v, ok := h[strings.ToLower(name)]; ok {
		return v
	}
	for k, v := range h {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}

// multiHeaders holds headers that may have several values each.
type multiHeaders map[string][]string

// Get returns the first value of the named header, "" when there is none.
func (h multiHeaders) Get(name string) string {
	for k, v := range h {
		if strings.EqualFold(k, name) && len(v) > 0 {
			return v[0]
		}
	}
	return ""
}
