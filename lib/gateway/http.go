package gateway

import (
	"io"
	"net/http"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// ServeHTTP serves a request of net/http: the local run's side of [Gateway.Lambda].
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// One byte more than is allowed is enough to know that it is too much.
	body, err := io.ReadAll(io.LimitReader(r.Body, lark.MaxBody+1))
	if err != nil {
		body = nil // the client went away
	}
	reply := g.Serve(r.Context(), Request{Method: r.Method, Path: r.URL.Path, Header: r.Header, Body: body})
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(reply.Status)
	_, _ = w.Write(reply.Body)
}
