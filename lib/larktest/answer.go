package larktest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
)

// failure is a business error as the platform answers it.
type failure struct {
	status     int
	code       int
	msg        string
	violations []violation
}

// violation is one entry of error.field_violations.
type violation struct {
	Field       string `json:"field"`
	Value       string `json:"value,omitempty"`
	Description string `json:"description"`
}

// fail is a business error with the usual HTTP status 400.
func fail(code int, msg string) *failure {
	return &failure{status: http.StatusBadRequest, code: code, msg: msg}
}

// with returns f with another HTTP status.
func (f *failure) with(status int) *failure {
	f.status = status
	return f
}

// flat is an answer whose fields stand beside code and msg: the token
// endpoints and bot info have no data field.
type flat map[string]any

// binary is an answer that is a file instead of JSON.
type binary struct {
	contentType, name string
	size              int64
	open              func() io.Reader
}

// answer is a complete HTTP answer that is not written yet.
type answer struct {
	status int
	header http.Header
	open   func() io.Reader // the body
	code   int
	msg    string
	lost   bool // the connection breaks instead
}

// success renders what a handler returned.
func success(x *exchange, result any) *answer {
	switch r := result.(type) {
	case *binary:
		return fileAnswer(x, r)
	case flat:
		fields := map[string]any{"code": 0, "msg": "ok"}
		for k, v := range r {
			fields[k] = v
		}
		return jsonAnswer(x, http.StatusOK, 0, "ok", fields)
	case nil:
		result = struct{}{}
	}
	return jsonAnswer(x, http.StatusOK, 0, "success",
		map[string]any{"code": 0, "msg": "success", "data": result})
}

// refusal renders a business error. The error object carries what support asks for.
func refusal(x *exchange, f *failure) *answer {
	detail := map[string]any{
		"log_id": x.logID,
		"troubleshooter": "Troubleshooting suggestions: https://open.larksuite.com/search?from=openapi&log_id=" +
			x.logID + "&code=" + strconv.Itoa(f.code),
	}
	if len(f.violations) > 0 {
		detail["field_violations"] = f.violations
	}
	return jsonAnswer(x, f.status, f.code, f.msg,
		map[string]any{"code": f.code, "msg": f.msg, "error": detail})
}

func jsonAnswer(x *exchange, status, code int, msg string, body map[string]any) *answer {
	a := newAnswer(x, status, "application/json; charset=utf-8", encode(body))
	a.code, a.msg = code, msg
	return a
}

func fileAnswer(x *exchange, b *binary) *answer {
	a := newAnswer(x, http.StatusOK, b.contentType, nil)
	a.open = b.open
	a.header.Set("Content-Length", strconv.FormatInt(b.size, 10))
	if b.name != "" {
		a.header.Set("Content-Disposition",
			mime.FormatMediaType("attachment", map[string]string{"filename": b.name}))
	}
	return a
}

func newAnswer(x *exchange, status int, contentType string, body []byte) *answer {
	return &answer{
		status: status,
		header: http.Header{"Content-Type": {contentType}, "X-Tt-Logid": {x.logID}},
		open:   func() io.Reader { return bytes.NewReader(body) },
	}
}

// write sends the answer, or breaks the connection if it is to be lost.
func (a *answer) write(w http.ResponseWriter) {
	if a.lost {
		panic(http.ErrAbortHandler)
	}
	body := a.open()
	if c, ok := body.(io.Closer); ok {
		defer c.Close()
	}
	for k, v := range a.header {
		w.Header()[k] = v
	}
	w.WriteHeader(a.status)
	// A client that went away mid-answer is its own business.
	_, _ = io.Copy(w, body)
}

// encode marshals values this package built, which cannot fail.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
