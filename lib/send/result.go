package send

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// Result is the outcome of one request.
type Result struct {
	OK     bool            `json:"ok"`
	Code   int             `json:"code"`
	Msg    string          `json:"msg"`
	Data   json.RawMessage `json:"data,omitempty"`
	Status int             `json:"http_status,omitempty"`
	LogID  string          `json:"log_id,omitempty"`
	Error  *lark.Error     `json:"error,omitempty"`
	// Headers are those of the answer, where the request asks for them.
	Headers http.Header `json:"headers,omitempty"`
	// MayRepeat reports that Lark does not recognise a repetition of this verb: if
	// an answer is lost, it may have been carried out twice.
	MayRepeat bool `json:"may_repeat,omitempty"`
	// Replayed reports that the request was done before, and this is its result.
	Replayed bool `json:"replayed,omitempty"`
	// DataOmitted reports that the data is too large to be kept.
	DataOmitted bool `json:"data_omitted,omitempty"`

	unreported bool // it is not on the bus
	asOutput   bool // a failure is output, not an error
}

// result returns the result of the execution whose calls had this answer or this
// error.
func (x *execution) result(res *lark.Result, err error) (r Result) {
	var header http.Header
	if err == nil {
		r, header = Result{OK: true, Code: res.Code, Msg: res.Msg, Data: res.Data, Status: res.Status, LogID: res.LogID}, res.Header
		r.MayRepeat = x.plan.MayRepeat
	} else {
		r = failed(err)
		r.MayRepeat = x.plan.MayRepeat && (r.Error.Kind == lark.KindTransport || r.Error.Kind == lark.KindServer)
		header = r.Error.Header
	}
	if x.plan.Headers {
		r.Headers = header
	}
	return r
}

// failed returns the result of a request that has failed. An error that is none of
// Lark's is a mistake in the request.
func failed(err error) Result {
	var e *lark.Error
	if !errors.As(err, &e) {
		e = &lark.Error{Kind: lark.KindValidation, Msg: err.Error()}
	}
	cut := *e
	cut.Msg, cut.LogID = lark.Truncate(e.Msg, maxMsg), lark.Truncate(e.LogID, maxLoggedID)
	cut.Troubleshooter = lark.Truncate(e.Troubleshooter, maxMsg)
	if len(e.FieldViolations)+len(e.PermissionViolations)+len(e.Details)+len(e.Helps) > maxDetails {
		cut.FieldViolations, cut.PermissionViolations, cut.Details, cut.Helps = nil, nil, nil, nil
	}
	return Result{Code: cut.Code, Msg: cut.Msg, Status: cut.Status, LogID: cut.LogID, Error: &cut}
}

// Limits of what a result repeats of an answer: characters and bytes.
const (
	maxMsg     = 4000
	maxDetails = 32 << 10
)

// within returns the result if the output, which has size bytes before it, is
// then not over the limit; and else an error that says so. It returns the size
// of the output with the result.
func (r Result) within(limit, size int) (Result, int) {
	doc, err := json.Marshal(r)
	if err == nil && size+len(doc) <= limit {
		return r, size + len(doc)
	}
	e := failed(fmt.Errorf("the request was carried out, but the output would have %d bytes, and Lambda takes %d: read fewer pages at a time, send fewer requests, or use save_to", size+len(doc), limit))
	e.asOutput, e.DataOmitted = r.asOutput, true
	return e, size
}

// comesBack reports whether a request that did not work should come again: it
// may work later, or an operator can make it work.
func (r Result) comesBack() bool {
	if r.Error == nil {
		return false
	}
	switch r.Error.Kind {
	case lark.KindAuth, lark.KindPermission, lark.KindQuota:
		return true
	}
	return r.Error.Retryable
}

// maxKept is the size of data in bytes up to which a result keeps it in the
// table and on the bus.
const maxKept = 64 << 10

// slim returns the result as others than the caller may see it: without secrets,
// and without data that is too large to keep.
func (r Result) slim() Result {
	if r.Headers.Get("Set-Cookie") != "" {
		r.Headers = r.Headers.Clone()
		r.Headers.Del("Set-Cookie")
	}
	if len(r.Data) > maxKept {
		r.Data, r.DataOmitted = nil, true
		return r
	}
	var data any
	d := json.NewDecoder(bytes.NewReader(r.Data))
	d.UseNumber()
	if d.Decode(&data) != nil || !redact(data) {
		return r // as Lark wrote it
	}
	doc, err := json.Marshal(data)
	if err != nil {
		doc = nil
	}
	r.Data = doc
	return r
}

// redact replaces the secrets in a JSON value and reports whether there were
// any.
func redact(value any) (found bool) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if _, ok := inner.(string); ok && isSecretData(name) {
				v[name], found = "***", true
			} else {
				found = redact(inner) || found
			}
		}
	case []any:
		for _, inner := range v {
			found = redact(inner) || found
		}
	}
	return found
}

// isSecretData reports whether a field of an answer holds a secret. A token that
// gives no access, such as app_token or obj_token, is Lark's name of a document.
func isSecretData(name string) bool {
	name = strings.ToLower(name)
	switch {
	case strings.HasSuffix(name, "_id"), name == "token_type":
		return false
	case strings.HasSuffix(name, "token"):
		return strings.Contains(name, "access") || strings.Contains(name, "refresh") || name == "id_token"
	}
	return lark.SecretField(name)
}

// keptResult is a result as the table keeps it.
type keptResult struct {
	Result
	// Fingerprint tells the request that the result is of from another one with
	// the same idempotency key.
	Fingerprint string `json:"fingerprint,omitempty"`
}

// kept returns the result of a request as the table keeps it, or nil when the
// request is not done.
func (r Result) kept(req *request.Request) []byte {
	if !r.OK {
		return nil
	}
	doc, err := json.Marshal(keptResult{r.slim(), req.Fingerprint()})
	if err != nil {
		return []byte{} // then a repetition is answered without the data
	}
	return doc
}

// replayed returns a result that the table kept of the same request.
func replayed(doc []byte, req *request.Request) Result {
	var k keptResult
	if json.Unmarshal(doc, &k) != nil {
		k.Result = Result{OK: true, DataOmitted: true}
	}
	if k.Fingerprint != "" && k.Fingerprint != req.Fingerprint() {
		return failed(errors.New(`field "idempotency_key": another request was sent under this key`))
	}
	k.Replayed = true
	return k.Result
}

// functionError makes a failure the error of the invocation, with a type that
// a Step Functions Retry or Catch can name.
func functionError(e *lark.Error) error {
	doc, err := json.Marshal(e)
	if err != nil {
		doc = []byte(e.Error())
	}
	return messages.InvokeResponse_Error{Type: errorType(e.Kind), Message: string(doc)}
}

// errorType returns Lark.Throttled, Lark.NotFound, …
func errorType(kind lark.ErrorKind) string {
	name := "Lark."
	for word := range strings.SplitSeq(string(kind), "_") {
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	return name
}
