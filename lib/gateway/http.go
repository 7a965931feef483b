package gateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Reply is the HTTP response to a request. Its body is JSON.
type Reply struct {
	Status int
	Body   []byte
}

const contentType = "application/json; charset=utf-8"

// Lambda serves a request of an API Gateway HTTP API, payload 2.0, which is that
// of a Function URL too. Its error is always nil: Lambda would answer an error
// with a 502 of its own.
func (g *Gateway) Lambda(ctx context.Context, in events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	req := Request{Method: in.RequestContext.HTTP.Method, Path: in.RawPath, Header: headers(in.Headers)}
	if stage := in.RequestContext.Stage; stage != "$default" {
		req.Path = strings.TrimPrefix(req.Path, "/"+stage)
	}
	var reply Reply
	if body, ok := decodeBody(in); ok {
		req.Body = body
		reply = g.Serve(ctx, req)
	} else {
		reply = refusal(http.StatusBadRequest)
	}
	return events.APIGatewayV2HTTPResponse{
		StatusCode: reply.Status, Headers: map[string]string{"Content-Type": contentType}, Body: string(reply.Body),
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

// decodeBody returns the bytes that Lark sent, and reports whether they can be
// decoded. The signature is over these bytes.
func decodeBody(in events.APIGatewayV2HTTPRequest) ([]byte, bool) {
	if !in.IsBase64Encoded {
		return []byte(in.Body), true
	}
	body, err := base64.StdEncoding.DecodeString(in.Body)
	return body, err == nil
}

// ServeHTTP serves a request of net/http.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// One byte more than is allowed is enough to know that it is too much.
	body, err := io.ReadAll(io.LimitReader(r.Body, lark.MaxBody+1))
	if err != nil {
		body = nil // the client went away
	}
	reply := g.Serve(r.Context(), Request{Method: r.Method, Path: r.URL.Path, Header: r.Header, Body: body})
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(reply.Status)
	_, _ = w.Write(reply.Body)
}

// errorCodes are the bodies of errors, by status. Nothing of the request, the
// settings or an error is ever in a reply.
var errorCodes = map[int]string{
	http.StatusBadRequest:            "bad_request",
	http.StatusUnauthorized:          "unauthorized",
	http.StatusNotFound:              "not_found",
	http.StatusMethodNotAllowed:      "method_not_allowed",
	http.StatusRequestEntityTooLarge: "too_large",
	http.StatusServiceUnavailable:    "unavailable",
}

func refusal(status int) Reply {
	return Reply{status, []byte(`{"error":"` + errorCodes[status] + `"}`)}
}

func accepted() Reply { return Reply{http.StatusOK, []byte("{}")} }

func challenge(text string) Reply {
	return Reply{http.StatusOK, marshal(map[string]string{"challenge": text})}
}

// toast returns the answer that both styles of card take: a short notice, or no
// change for "".
func toast(text string) Reply {
	if text == "" {
		return accepted()
	}
	return Reply{http.StatusOK, marshal(map[string]any{"toast": map[string]string{"type": "info", "content": text}})}
}

// marshal encodes strings and maps of strings, for which that never fails.
func marshal(value any) []byte {
	doc, _ := json.Marshal(value)
	return doc
}
