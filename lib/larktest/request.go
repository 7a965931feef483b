package larktest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// maxBody is how many bytes of a request that is not a form are read. The largest
// documented body is a text message of 150 KB.
const maxBody = 1 << 20

// exchange holds the state of one API call: the request as read, the app that
// makes it, and what to do before the answer is sent.
type exchange struct {
	*http.Request
	time         time.Time
	logID        string
	body         []byte // of a request that is not a form
	form         form
	app          App // of the token, or of the credentials in a token call
	tenant       string
	beforeAnswer func() // runs before the answer is sent, without the lock
}

// receive reads the whole request. It keeps only small files of a form.
func (p *Platform) receive(r *http.Request) *exchange {
	x := &exchange{Request: r, time: p.now(), logID: p.nextLogID()}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		x.form = readForm(multipart.NewReader(r.Body, params["boundary"]))
		return x
	}
	// An incomplete body is refused later, as malformed JSON.
	x.body, _ = io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	return x
}

// decode parses the JSON body into v. Every call with a body needs the header
// Content-Type ("api-call-guide").
func (x *exchange) decode(v any) *failure {
	if kind, _, _ := mime.ParseMediaType(x.Header.Get("Content-Type")); kind != "application/json" {
		return fail(9499, "Bad Request: Content-Type must be application/json; charset=utf-8")
	}
	if len(x.body) > maxBody {
		return fail(9499, "Bad Request: body too large").withStatus(http.StatusRequestEntityTooLarge)
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

// check collects field violations.
type check []violation

func (c *check) add(field, value, format string, args ...any) {
	*c = append(*c, violation{field, value, field + " " + fmt.Sprintf(format, args...)})
}

func (c *check) required(field, value string) {
	if value == "" {
		c.add(field, "", "is required")
	}
}

func (c *check) oneOf(field, value string, options []string) {
	if !slices.Contains(options, value) {
		c.add(field, value, "is required, options: [%s]", strings.Join(options, ","))
	}
}

func (c *check) maxLen(field, value string, n int) {
	if utf8.RuneCountInString(value) > n {
		c.add(field, value, "the max len is %d", n)
	}
}

// failure returns the failure that lists the violations, nil if there are none.
func (c check) failure() *failure {
	if len(c) == 0 {
		return nil
	}
	f := fail(99992402, "field validation failed")
	f.violations = c
	return f
}

// maxKept is the size up to which the content of a form's file is kept.
const maxKept = 1 << 20

// headLen is how many of a file's first bytes are kept to detect its format.
const headLen = 512

// formPart is one field or file of a form.
type formPart struct {
	fileName string
	size     int64
	sha256   string
	head     []byte // the first headLen bytes
	content  []byte // nil if larger than maxKept
}

// form is a multipart body by field name. It is nil if the body was not a valid form.
type form map[string]formPart

// value returns a field that is not a file.
func (f form) value(name string) string { return string(f[name].content) }

// readForm reads a form and never holds a large file in memory.
func readForm(r *multipart.Reader) form {
	f := form{}
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return f
		}
		if err != nil {
			return nil
		}
		if f[p.FormName()], err = readPart(p); err != nil {
			return nil
		}
	}
}

func readPart(r *multipart.Part) (formPart, error) {
	digest := sha256.New()
	in := io.TeeReader(r, digest)
	content, err := io.ReadAll(io.LimitReader(in, maxKept+1))
	if err != nil {
		return formPart{}, err
	}
	rest, err := io.Copy(io.Discard, in)
	if err != nil {
		return formPart{}, err
	}
	p := formPart{
		fileName: r.FileName(),
		size:     int64(len(content)) + rest,
		sha256:   hex.EncodeToString(digest.Sum(nil)),
	}
	p.head = bytes.Clone(content[:min(len(content), headLen)])
	if p.size <= maxKept {
		p.content = content
	}
	return p, nil
}
