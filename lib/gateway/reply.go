package gateway

import (
	"encoding/json"
	"net/http"
)

// Reply is what Lark gets.
type Reply struct {
	Status int
	Body   []byte
}

// words are the bodies of errors: nothing of the request, the settings or an
// error is ever in a reply.
var words = map[int]string{
	http.StatusBadRequest:            "bad_request",
	http.StatusUnauthorized:          "unauthorized",
	http.StatusNotFound:              "not_found",
	http.StatusMethodNotAllowed:      "method_not_allowed",
	http.StatusRequestEntityTooLarge: "too_large",
	http.StatusServiceUnavailable:    "unavailable",
}

func refuse(status int) Reply {
	return Reply{status, []byte(`{"error":"` + words[status] + `"}`)}
}

func accepted() Reply { return Reply{http.StatusOK, []byte("{}")} }

func challenge(text string) Reply {
	body, err := json.Marshal(map[string]string{"challenge": text})
	if err != nil { // not reached: a string always marshals
		return refuse(http.StatusServiceUnavailable)
	}
	return Reply{http.StatusOK, body}
}

// toast is the answer that both styles of card take: a short notice, or
// nothing for "".
func toast(text string) Reply {
	if text == "" {
		return accepted()
	}
	body, err := json.Marshal(map[string]any{"toast": map[string]string{"type": "info", "content": text}})
	if err != nil { // not reached: a string always marshals
		return accepted()
	}
	return Reply{http.StatusOK, body}
}
