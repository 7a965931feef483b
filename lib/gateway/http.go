package gateway

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Reply is the HTTP response to a request. Its body is JSON.
type Reply struct {
	Status int
	Body   []byte
}

const contentType = "application/json; charset=utf-8"

// ServeHTTP serves a request of net/http. Behind a pattern of [http.ServeMux] with
// the wildcard {app}, that is the name of the app.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// One byte more than is allowed is enough to know that it is too much.
	body, err := io.ReadAll(io.LimitReader(r.Body, lark.MaxBody+1))
	if err != nil {
		body = nil // the client has closed the connection
	}
	reply := g.Serve(r.Context(), Request{Method: r.Method, Path: r.URL.Path, App: r.PathValue("app"), Header: r.Header, Body: body})
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

// toast returns an answer with a toast, or one that changes nothing if the text is "". It
// is the same in both styles.
func toast(text string) Reply {
	if text == "" {
		return accepted()
	}
	return Reply{http.StatusOK, marshal(map[string]any{"toast": map[string]string{"type": "info", "content": text}})}
}

// marshal encodes a map of strings, which cannot fail.
func marshal(value any) []byte {
	doc, _ := json.Marshal(value)
	return doc
}
