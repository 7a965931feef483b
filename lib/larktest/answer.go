package larktest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
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

// withStatus returns f with another HTTP status.
func (f *failure) withStatus(status int) *failure {
	f.status = status
	return f
}

// noDataField is a result whose fields are beside code and msg, because the token
// endpoints and bot info have no field data.
type noDataField map[string]any

// binary is a result that is a file instead of JSON.
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
	lost   bool // the connection is closed without this answer
}

// successAnswer returns the HTTP answer for the result of a handler.
func successAnswer(x *exchange, result any) *answer {
	switch r := result.(type) {
	case *binary:
		return fileAnswer(x, r)
	case noDataField:
		fields := map[string]any{"code": 0, "msg": "ok"}
		maps.Copy(fields, r)
		return jsonAnswer(x, http.StatusOK, 0, "ok", fields)
	case nil:
		result = struct{}{}
	}
	return jsonAnswer(x, http.StatusOK, 0, "success",
		map[string]any{"code": 0, "msg": "success", "data": result})
}

// failureAnswer returns the HTTP answer for a business error. The error object in it
// has the fields that Lark's support asks for.
func failureAnswer(x *exchange, f *failure) *answer {
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

// write sends the answer, or closes the connection if the answer is to be lost.
func (a *answer) write(w http.ResponseWriter) {
	if a.lost {
		panic(http.ErrAbortHandler)
	}
	body := a.open()
	if c, ok := body.(io.Closer); ok {
		defer c.Close()
	}
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	// An error here means that the client closed the connection: nothing can be done.
	_, _ = io.Copy(w, body)
}

// encode marshals values that this package built, which cannot fail.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// page returns one page of items, as the lists of the platform do: page_size is at
// most limit (20 by default), page_token is opaque, and has_more says whether there are
// more items. item makes the JSON value of an element.
func page[T any](x *exchange, name string, limit int, items []T, item func(T) any) (map[string]any, *failure) {
	q := x.URL.Query()
	size, start := min(20, limit), 0
	var c check
	if s := q.Get("page_size"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > limit {
			c.add("page_size", s, "must be 1 to %d", limit)
		}
		size = n
	}
	if s := q.Get("page_token"); s != "" {
		n, err := fromPageToken(s)
		if err != nil || n < 0 || n > len(items) {
			c.add("page_token", s, "is invalid")
		}
		start = n
	}
	if f := c.failure(); f != nil {
		return nil, f
	}
	end := min(start+size, len(items))
	values := []any{}
	for _, it := range items[start:end] {
		values = append(values, item(it))
	}
	out := map[string]any{name: values, "has_more": end < len(items)}
	if end < len(items) {
		out["page_token"] = pageToken(end)
	}
	return out, nil
}

// pageTokenPrefix begins the decoded form of a page_token.
const pageTokenPrefix = "standin page "

// pageToken encodes an offset in a form that a client does not compute itself.
func pageToken(offset int) string {
	return base64.URLEncoding.EncodeToString([]byte(pageTokenPrefix + strconv.Itoa(offset)))
}

func fromPageToken(s string) (int, error) {
	b, err := base64.URLEncoding.DecodeString(s)
	offset, ok := strings.CutPrefix(string(b), pageTokenPrefix)
	if err != nil || !ok {
		return 0, strconv.ErrSyntax
	}
	return strconv.Atoi(offset)
}

// millis returns a time as most answers have it: milliseconds in a string.
func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
