package send

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/larkbridge/larkbridge/lib/lark"
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

func succeeded(r *lark.Result) Result {
	return Result{OK: true, Code: r.Code, Msg: r.Msg, Data: r.Data, Status: r.Status, LogID: r.LogID}
}

func failed(err error) Result {
	var e *lark.Error
	if !errors.As(err, &e) {
		e = &lark.Error{Kind: lark.KindValidation, Msg: err.Error()}
	}
	return Result{Code: e.Code, Msg: e.Msg, Status: e.Status, LogID: e.LogID, Error: e}
}

// retry reports whether the request should come again.
func (r Result) retry() bool { return r.Error != nil && r.Error.Retryable }

// maxKept is the size of data in bytes up to which a result keeps it in the
// table and on the bus.
const maxKept = 64 << 10

// slim returns the result without data that is too large to keep.
func (r Result) slim() Result {
	if len(r.Data) > maxKept {
		r.Data, r.DataOmitted = nil, true
	}
	return r
}

// kept returns the result as the table keeps it.
func (r Result) kept() []byte {
	doc, err := json.Marshal(r.slim())
	if err != nil {
		return nil // then a repetition is answered without the data
	}
	return doc
}

// replayed returns a result that the table kept.
func replayed(doc []byte) Result {
	var r Result
	if json.Unmarshal(doc, &r) != nil {
		r = Result{OK: true, DataOmitted: true}
	}
	r.Replayed = true
	return r
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
