package send

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"larkbridge/lib/lark"
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

// functionError makes a failure the error of the invocation, with a type that
// a Step Functions Retry or Catch can name.
func functionError(e *lark.Error) error {
	doc, err := json.Marshal(e)
	if err != nil {
		doc = []byte(e.Error())
	}
	return messages.InvokeResponse_Error{Type: errorType(e.Kind), Message: string(doc)}
}

// errorType is Lark.Throttled, Lark.NotFound, …
func errorType(kind lark.ErrorKind) string {
	name := "Lark."
	for word := range strings.SplitSeq(string(kind), "_") {
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	return name
}
