package cloud

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Lambda invokes functions and waits for what they return.
type Lambda struct {
	config   aws.Config
	endpoint string
	now      func() time.Time
}

// NewLambda makes a Lambda with the region, the credentials and the HTTP client
// of config. The endpoint is "" for AWS's own.
func NewLambda(config aws.Config, endpoint string, now func() time.Time) *Lambda {
	return &Lambda{config, strings.TrimRight(endpoint, "/"), now}
}

// maxAnswer is the size in bytes up to which an answer is read.
const maxAnswer = 256 << 10

// LambdaError is the error of an invocation that has failed, or that Lambda has refused.
type LambdaError struct {
	Status int
	// Function is "Handled" or "Unhandled" when the function itself failed.
	Function string
}

func (e *LambdaError) Error() string {
	if e.Function != "" {
		return "the function failed (" + e.Function + "): see its own log"
	}
	return fmt.Sprintf("Lambda answered %d", e.Status)
}

// Invoke calls a function, by name or ARN, and returns what it returned. It calls
// it once more when the connection breaks before the answer, which happens to connections
// that have been idle. The function may then run twice.
func (l *Lambda) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	answer, err := l.invoke(ctx, function, payload)
	var replied *LambdaError
	if err != nil && ctx.Err() == nil && !errors.As(err, &replied) {
		return l.invoke(ctx, function, payload)
	}
	return answer, err
}

func (l *Lambda) invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	endpoint := l.endpoint
	if endpoint == "" {
		base, err := serviceURL(ctx, l.config, "lambda")
		if err != nil {
			return nil, err
		}
		endpoint = base.String()
	}
	name := strings.ReplaceAll(url.PathEscape(function), ":", "%3A")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/2015-03-31/functions/"+name+"/invocations", bytes.NewReader(payload))
	if err != nil {
		return nil, fmt.Errorf("addressing the function: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	sum := sha256.Sum256(payload)
	resp, err := do(ctx, l.config, "lambda", req, hex.EncodeToString(sum[:]), l.now())
	if err != nil {
		return nil, fmt.Errorf("invoking the function: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("reading the function's answer: %w", err)
	}
	if failed := resp.Header.Get("X-Amz-Function-Error"); failed != "" || resp.StatusCode != http.StatusOK {
		return nil, &LambdaError{resp.StatusCode, failed}
	}
	return answer, nil
}
