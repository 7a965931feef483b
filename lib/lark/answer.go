package lark

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxAnswer is the size in bytes up to which a JSON answer is read, and a list of
// pages joined.
const maxAnswer = 8 << 20

// answer is the JSON that the platform answers every call with
// (api-call-guide/calling-process/get-).
type answer struct {
	Code *int            `json:"code"`
	Msg  string          `json:"msg"`
	Data json.RawMessage `json:"data"`
	// StatusCode and StatusMessage replace code and msg in the answers of older
	// webhooks.
	StatusCode    *int
	StatusMessage string
	Error         struct {
		LogID                string          `json:"log_id"`
		Troubleshooter       string          `json:"troubleshooter"`
		FieldViolations      json.RawMessage `json:"field_violations"`
		PermissionViolations json.RawMessage `json:"permission_violations"`
		Details              json.RawMessage `json:"details"`
		Helps                json.RawMessage `json:"helps"`
	} `json:"error"`
}

// readAnswer reads an answer and returns its result, or its error. The code in the
// body decides, because errors come with every HTTP status. The status decides when
// the body is not Lark's JSON, and when it is an error although the code is 0.
func readAnswer(resp *http.Response) (*Result, error) {
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, transport("reading Lark's answer", err)
	case len(data) > maxAnswer:
		return nil, &Error{Kind: KindValidation, Status: resp.StatusCode, LogID: logID(resp.Header), Header: resp.Header,
			Msg: "the answer has more than 8 MB: ask for less at a time, or store it as a file"}
	}
	return parseAnswer(resp, data)
}

// parseAnswer does the same as readAnswer for a body that has been read.
func parseAnswer(resp *http.Response, data []byte) (*Result, error) {
	id := logID(resp.Header)
	reset, _ := strconv.Atoi(resp.Header.Get("X-Ogw-Ratelimit-Reset"))
	wait := time.Duration(max(0, reset)) * time.Second
	var a answer
	err := json.Unmarshal(data, &a)
	if a.Code == nil {
		a.Code, a.Msg = a.StatusCode, a.StatusMessage
	}
	if err != nil || a.Code == nil {
		// With a status below 400 it is not known whether the call was carried out.
		e := &Error{Kind: KindTransport, Retryable: true, Status: resp.StatusCode, LogID: id, Header: resp.Header, RetryAfter: wait,
			Msg: fmt.Sprintf("HTTP %d: the answer is not Lark's JSON: %s %s", resp.StatusCode, resp.Header.Get("Content-Type"), excerpt(data))}
		if resp.StatusCode >= 400 {
			e.Kind, e.Retryable = classify(0, resp.StatusCode)
		}
		return nil, e
	}
	if *a.Code == 0 && resp.StatusCode < 400 {
		return &Result{Msg: a.Msg, Data: a.Data, Status: resp.StatusCode, LogID: id, Header: resp.Header, whole: data}, nil
	}
	if *a.Code == 0 && a.Msg == "" {
		a.Msg = fmt.Sprintf("HTTP %d, although the code is 0", resp.StatusCode)
	}
	kind, retryable := classify(*a.Code, resp.StatusCode)
	if kind == KindValidation && asksToRetryLater(a.Msg) {
		kind, retryable = KindThrottled, true
	}
	if id == "" {
		id = a.Error.LogID
	}
	return nil, &Error{
		Kind: kind, Code: *a.Code, Msg: a.Msg + a.missingScopes(), Status: resp.StatusCode, LogID: id, Retryable: retryable,
		Header: resp.Header, RetryAfter: wait, Details: a.Error.Details, Helps: a.Error.Helps,
		FieldViolations: a.Error.FieldViolations, PermissionViolations: a.Error.PermissionViolations,
		Troubleshooter: a.Error.Troubleshooter,
	}
}

// missingScopes returns text that names the scopes that an answer says are
// missing, and the first link in helps, under which they can be granted. It returns ""
// if no scope is missing.
func (a *answer) missingScopes() string {
	const maxScopes = 5
	var violations []struct{ Type, Subject string }
	if json.Unmarshal(a.Error.PermissionViolations, &violations) != nil {
		return ""
	}
	var scopes []string
	for _, v := range violations {
		if strings.Contains(v.Type, "scope") && v.Subject != "" && len(scopes) < maxScopes {
			scopes = append(scopes, v.Subject)
		}
	}
	if len(scopes) == 0 {
		return ""
	}
	text := " Missing scope, one of: " + strings.Join(scopes, ", ")
	var helps []struct{ URL string }
	if json.Unmarshal(a.Error.Helps, &helps) == nil && len(helps) > 0 && helps[0].URL != "" {
		text += ". To grant it: " + helps[0].URL
	}
	return text
}

// excerpt returns the beginning of a body that is not Lark's JSON: the page of a
// gateway says what went wrong. It returns only the size of broken JSON, which may
// hold a token.
func excerpt(data []byte) string {
	if text := bytes.TrimSpace(data); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		return fmt.Sprintf("of %d bytes", len(data))
	}
	return fmt.Sprintf("%.200q", data)
}

// ErrorKind is a class of failed calls. It decides what a caller can do about them.
type ErrorKind string

// The kinds of a failed call.
const (
	KindAuth       ErrorKind = "auth"       // the app's or the user's credentials
	KindPermission ErrorKind = "permission" // a scope or right is missing
	KindThrottled  ErrorKind = "throttled"  // too many calls in a short time
	KindQuota      ErrorKind = "quota"      // all calls of the month are used up
	KindValidation ErrorKind = "validation" // the request is wrong
	KindNotFound   ErrorKind = "not_found"  // what the request names does not exist
	KindServer     ErrorKind = "server"     // an error on Lark's side
	KindTransport  ErrorKind = "transport"  // no answer, or none that can be read
)

// Error describes a call that failed. It holds no secret.
type Error struct {
	Kind      ErrorKind `json:"kind"`
	Code      int       `json:"code"` // Lark's, 0 when there is none
	Msg       string    `json:"msg"`
	Status    int       `json:"http_status,omitempty"`
	LogID     string    `json:"log_id,omitempty"` // for Lark's support
	Retryable bool      `json:"retryable"`
	// RetryAfter is how long Lark asks to wait, 0 when it does not say.
	RetryAfter           time.Duration   `json:"-"`
	Header               http.Header     `json:"-"` // of the answer, nil without one
	FieldViolations      json.RawMessage `json:"field_violations,omitempty"`
	PermissionViolations json.RawMessage `json:"permission_violations,omitempty"`
	Details              json.RawMessage `json:"details,omitempty"`
	Helps                json.RawMessage `json:"helps,omitempty"`
	Troubleshooter       string          `json:"troubleshooter,omitempty"`

	err error
}

// Error returns the kind and the message and, where Lark gave a code, the code, the
// HTTP status and the log id.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Kind, e.Msg)
	if e.Code != 0 {
		fmt.Fprintf(&b, " (code %d, HTTP %d, log id %s)", e.Code, e.Status, e.LogID)
	}
	return b.String()
}

// Unwrap returns the error that made the call fail, nil when the answer did.
func (e *Error) Unwrap() error { return e.err }

// codeOf returns the code of an [Error], 0 for any other error.
func codeOf(err error) int {
	if failed, ok := errors.AsType[*Error](err); ok {
		return failed.Code
	}
	return 0
}

// invalid returns the error of a call that is wrong and is not sent.
func invalid(msg string) *Error { return &Error{Kind: KindValidation, Msg: msg} }

// transport returns the error of a call that did not begin, or whose outcome is not
// known.
func transport(doing string, err error) *Error {
	return &Error{Kind: KindTransport, Msg: doing + ": " + err.Error(), Retryable: true, err: err}
}

// tokenRefused reports whether a code, at any HTTP status, means that the token is
// not valid any more (api-call-guide, common codes).
func tokenRefused(code int) bool {
	switch code {
	case 99991663, 99991664, 99991671, 99991665, 20013, 20014:
		return true
	}
	return false
}

// asksToRetryLater reports whether a message asks to try again later. Not every API has
// a code of its own for that: 9499 means a bad request, too.
func asksToRetryLater(msg string) bool {
	msg = strings.ToLower(msg)
	for _, phrase := range [...]string{"too many request", "toomanyrequest", "frequency limit", "rate limit", "try again later"} {
		if strings.Contains(msg, phrase) {
			return true
		}
	}
	return false
}

// classify returns the kind of a failed call, and reports whether it may work later.
// Codes in Lark's tables (api-call-guide/ugjM14COyUjL4ITN and the pages of the IM
// calls) decide; the HTTP status decides for any other code.
func classify(code, status int) (kind ErrorKind, retryable bool) {
	switch code {
	case 99991400, 230020, 11232, 11233, 11247, 90217, 1000004, 1000005, 1254290, 1061045:
		return KindThrottled, true
	case 230049, 18121, 1254291, 1254607, 200810: // the same message is being sent, a table is being written or not ready, somebody uses a card
		return KindServer, true
	case 99991403, 99991406:
		return KindQuota, false
	case 2200, 1500, 1642, 1663, 1668, 5000, 10101, 10105, 55001, 10500, 300120, 11246, 232096, 20050, 20072:
		return KindServer, true
	case 10012: // the app_ticket is not valid: resend asks for a new one
		return KindAuth, true
	case 99991661, 99991663, 99991664, 99991665, 99991668, 99991669, 99991671, 99991677, 99991543,
		10013, 10014, 10015, 10016, 20005, 20013, 20014, 99991662, 99991673, 154001:
		return KindAuth, false
	case 99991672, 99991676, 99991679, 230002, 230006, 230013, 230018, 230026, 230027, 230035, 230053, 234002, 99991401:
		return KindPermission, false
	case 99991201, 231003, 99992500, 99992501, 230011, 230019, 230110, 232009, 200740:
		return KindNotFound, false
	}
	switch {
	case code >= 99992351 && code <= 99992381: // an id that does not exist
		return KindNotFound, false
	case status == 429:
		return KindThrottled, true
	case status >= 500:
		return KindServer, true
	case status == 401:
		return KindAuth, false
	case status == 403:
		return KindPermission, false
	case status == 404:
		return KindNotFound, false
	}
	return KindValidation, false
}
