package larktest

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"
)

// maxBody bounds what is held of a request that is not a form; the largest
// documented body is a text message of 150 KB.
const maxBody = 1 << 20

// exchange is one request on its way to an answer.
type exchange struct {
	*http.Request
	time   time.Time
	logID  string
	body   []byte // unless form
	form   form   // unless body
	app    App    // of the token, or of the credentials in a token call
	tenant string
	then   func() // runs before the answer is sent, without the lock
}

// receive reads the whole request. Forms are counted, not held.
func (p *Platform) receive(r *http.Request) *exchange {
	x := &exchange{Request: r, time: p.now(), logID: p.nextLogID()}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		x.form = readForm(multipart.NewReader(r.Body, params["boundary"]))
		return x
	}
	// A request cut short reads as malformed JSON below.
	x.body, _ = io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	return x
}

// decode parses the JSON body into v. The header is compulsory on every call
// with a body ("api-call-guide").
func (x *exchange) decode(v any) *failure {
	if kind, _, _ := mime.ParseMediaType(x.Header.Get("Content-Type")); kind != "application/json" {
		return fail(9499, "Bad Request: Content-Type must be application/json; charset=utf-8")
	}
	if len(x.body) > maxBody {
		return fail(9499, "Bad Request: body too large").with(http.StatusRequestEntityTooLarge)
	}
	err := json.Unmarshal(x.body, v)
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType):
		return fail(9499, "Invalid parameter type in json: "+wrongType.Field)
	case err != nil:
		return fail(9499, "Bad Request: body is not JSON")
	}
	return nil
}
