package lark

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// ErrorKind says what to do about a failed call.
type ErrorKind string

// The kinds of a failed call.
const (
	KindAuth       ErrorKind = "auth"       // the app's or the user's credentials
	KindPermission ErrorKind = "permission" // a scope or right is missing
	KindThrottled  ErrorKind = "throttled"  // too fast: wait
	KindQuota      ErrorKind = "quota"      // the month's calls are used up
	KindValidation ErrorKind = "validation" // the request is wrong
	KindNotFound   ErrorKind = "not_found"  // what it names is not there
	KindServer     ErrorKind = "server"     // Lark's own fault
	KindTransport  ErrorKind = "transport"  // no answer, or none that can be read
)

// Error is a call that failed. It holds no secret.
type Error struct {
	Kind      ErrorKind `json:"kind"`
	Code      int       `json:"code"` // Lark's, 0 when there is none
	Msg       string    `json:"msg"`
	Status    int       `json:"http_status,omitempty"`
	LogID     string    `json:"log_id,omitempty"` // for Lark's support
	Retryable bool      `json:"retryable"`
	// RetryAfter is how long Lark asks to wait, 0 when it does not say.
	RetryAfter           time.Duration   `json:"-"`
	FieldViolations      json.RawMessage `json:"field_violations,omitempty"`
	PermissionViolations json.RawMessage `json:"permission_violations,omitempty"`
	Troubleshooter       string          `json:"troubleshooter,omitempty"`

	cause error
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Kind, e.Msg)
	if e.Code != 0 {
		fmt.Fprintf(&b, " (code %d, HTTP %d, log id %s)", e.Code, e.Status, e.LogID)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.cause }

func invalid(msg string) *Error { return &Error{Kind: KindValidation, Msg: msg} }

// transport is a call whose outcome is not known, or that did not begin.
func transport(doing string, cause error) *Error {
	return &Error{Kind: KindTransport, Msg: doing + ": " + cause.Error(), Retryable: true, cause: cause}
}

// stale says whether a code means that the token is no longer good, at any
// HTTP status (api-call-guide, common codes).
func stale(code int) bool {
	switch code {
	case 99991663, 99991664, 99991671, 99991665, 20013, 20014:
		return true
	}
	return false
}

// classify is Lark's table of codes (api-call-guide/ugjM14COyUjL4ITN and the
// pages of the IM calls). A code that is not in it is judged by its status.
func classify(code, status int) (kind ErrorKind, retryable bool) {
	switch code {
	case 99991400, 230020, 11232, 11233, 11247, 90217, 1000004, 1000005:
		return KindThrottled, true
	case 230049, 18121: // the same message is being sent
		return KindServer, true
	case 99991403, 99991406:
		return KindQuota, false
	case 2200, 1500, 1642, 1663, 1668, 5000, 10101, 10105, 55001, 10500, 300120, 11246, 232096, 20050, 20072:
		return KindServer, true
	case 10012: // the app_ticket is not good: a new one is on its way
		return KindAuth, true
	case 99991661, 99991663, 99991664, 99991665, 99991668, 99991669, 99991671, 99991677, 99991543, 99991401,
		10013, 10014, 10015, 10016, 20005, 20013, 20014, 99991662, 99991673, 154001:
		return KindAuth, false
	case 99991672, 99991676, 99991679, 230002, 230006, 230013, 230018, 230026, 230027, 230035, 230053, 234002:
		return KindPermission, false
	case 99991201, 99992500, 99992501, 230011, 230019, 230110, 232009, 200740:
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
