package lark

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxAnswer is the size in bytes up to which a JSON answer is read.
const maxAnswer = 16 << 20

// answer is the shape of every JSON answer
// (api-call-guide/calling-process/get-).
type answer struct {
	Code  *int            `json:"code"`
	Msg   string          `json:"msg"`
	Data  json.RawMessage `json:"data"`
	Error struct {
		LogID                string          `json:"log_id"`
		Troubleshooter       string          `json:"troubleshooter"`
		FieldViolations      json.RawMessage `json:"field_violations"`
		PermissionViolations json.RawMessage `json:"permission_violations"`
	} `json:"error"`
}

// readAnswer judges by the code in the body, because errors come with all
// kinds of status; and by the status when the body is no answer of Lark's, or
// when it claims a success that the status denies.
func readAnswer(resp *http.Response) (*Result, error) {
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, transport("reading Lark's answer", err)
	}
	return parseAnswer(resp, data)
}

func parseAnswer(resp *http.Response, data []byte) (*Result, error) {
	id := logID(resp.Header)
	reset, _ := strconv.Atoi(resp.Header.Get("X-Ogw-Ratelimit-Reset"))
	wait := time.Duration(max(0, reset)) * time.Second
	var a answer
	if err := json.Unmarshal(data, &a); err != nil || a.Code == nil {
		e := &Error{Kind: KindTransport, Status: resp.StatusCode, LogID: id, RetryAfter: wait,
			Msg: fmt.Sprintf("HTTP %d: the answer is not Lark's JSON: %s %s", resp.StatusCode, resp.Header.Get("Content-Type"), excerpt(data))}
		if resp.StatusCode >= 400 {
			e.Kind, e.Retryable = classify(0, resp.StatusCode)
		}
		return nil, e
	}
	if *a.Code == 0 && resp.StatusCode < 400 {
		return &Result{Msg: a.Msg, Data: a.Data, Status: resp.StatusCode, LogID: id, whole: data}, nil
	}
	if *a.Code == 0 && a.Msg == "" {
		a.Msg = fmt.Sprintf("HTTP %d, although the code is 0", resp.StatusCode)
	}
	kind, retryable := classify(*a.Code, resp.StatusCode)
	if id == "" {
		id = a.Error.LogID
	}
	return nil, &Error{
		Kind: kind, Code: *a.Code, Msg: a.Msg, Status: resp.StatusCode, LogID: id, Retryable: retryable,
		RetryAfter:      wait,
		FieldViolations: a.Error.FieldViolations, PermissionViolations: a.Error.PermissionViolations,
		Troubleshooter: a.Error.Troubleshooter,
	}
}

// excerpt quotes the beginning of what is no answer of Lark's: a gateway's page
// says what went wrong. Broken JSON is not quoted: it may hold a token.
func excerpt(data []byte) string {
	if text := bytes.TrimSpace(data); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		return fmt.Sprintf("of %d bytes", len(data))
	}
	return fmt.Sprintf("%.200q", data)
}
