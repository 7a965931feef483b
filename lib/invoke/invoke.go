// Package invoke calls Lambda functions and waits for what they return.
package invoke

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/larkbridge/larkbridge/lib/sign"
)

// Lambda invokes functions.
type Lambda struct {
	config aws.Config
	host   string
	now    func() time.Time
}

// New makes a Lambda with the region, the credentials and the HTTP client of
// config. The endpoint is "" for AWS's own.
func New(config aws.Config, endpoint string, now func() time.Time) *Lambda {
	host := strings.TrimRight(endpoint, "/")
	if host == "" {
		host = "https://" + sign.Host(config, "lambda")
	}
	return &Lambda{config, host, now}
}

// maxAnswer is the size in bytes up to which an answer is read.
const maxAnswer = 256 << 10

// Error is an invocation that did not bring an answer.
type Error struct {
	Status int
	// Function is "Handled" or "Unhandled" when the function itself failed.
	Function string
}

func (e *Error) Error() string {
	if e.Function != "" {
		return "the function failed (" + e.Function + "): see its own log"
	}
	return fmt.Sprintf("Lambda answered %d", e.Status)
}

// Invoke calls a function, by name or ARN, and returns what it returned.
func (l *Lambda) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	name := strings.ReplaceAll(url.PathEscape(function), ":", "%3A")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.host+"/2015-03-31/functions/"+name+"/invocations", bytes.NewReader(payload))
	if err != nil {
		return nil, fmt.Errorf("addressing the function: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	sum := sha256.Sum256(payload)
	resp, err := sign.Do(ctx, l.config, "lambda", req, hex.EncodeToString(sum[:]), l.now())
	if err != nil {
		return nil, fmt.Errorf("invoking the function: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("reading the function's answer: %w", err)
	}
	if failed := resp.Header.Get("X-Amz-Function-Error"); failed != "" || resp.StatusCode != http.StatusOK {
		return nil, &Error{resp.StatusCode, failed}
	}
	return answer, nil
}
