package gateway

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// Lambda serves a request of an API Gateway HTTP API, payload 2.0, which is
// that of a Function URL too. It never returns an error: that would be a 502
// with AWS's words.
func (g *Gateway) Lambda(ctx context.Context, in events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	req := Request{
		Method: in.RequestContext.HTTP.Method,
		Path:   in.RawPath,
		Header: headers(in.Headers),
	}
	if stage := in.RequestContext.Stage; stage != "$default" {
		req.Path = strings.TrimPrefix(req.Path, "/"+stage)
	}
	var reply Reply
	if body, ok := decodeBody(in); ok {
		req.Body = body
		reply = g.Serve(ctx, req)
	} else {
		reply = refuse(http.StatusBadRequest) // not reached behind AWS
	}
	return events.APIGatewayV2HTTPResponse{
		StatusCode: reply.Status,
		Headers:    map[string]string{"Content-Type": "application/json; charset=utf-8"},
		Body:       string(reply.Body),
	}, nil
}

// headers holds the headers of a Lambda event. API Gateway writes their names in
// lower case, other callers of a function as they came.
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

// decodeBody returns the bytes that Lark sent. The signature is over them, so
// a body in base64 is decoded to bytes and nothing else.
func decodeBody(in events.APIGatewayV2HTTPRequest) ([]byte, bool) {
	if !in.IsBase64Encoded {
		return []byte(in.Body), true
	}
	body, err := base64.StdEncoding.DecodeString(in.Body)
	return body, err == nil
}
