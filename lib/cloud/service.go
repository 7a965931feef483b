package cloud

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// service makes signed requests with small bodies to one AWS service.
type service struct {
	name     string // in its host and in signatures
	config   aws.Config
	endpoint string // "" for AWS's own
	now      func() time.Time
}

// APIError is a refusal by an AWS service.
type APIError struct {
	Service string
	Status  int
	Code    string // such as AccessDeniedException; "" when there is none
}

func (e *APIError) Error() string {
	return fmt.Sprintf("%s answered %d %s", e.Service, e.Status, e.Code)
}

// ErrorCode returns AWS's code of the error.
func (e *APIError) ErrorCode() string { return e.Code }

// post makes a request to a path, which is escaped. target is the operation of a
// service that has one path for all of them.
func (s service) post(ctx context.Context, path, target, contentType string, body []byte) error {
	endpoint := strings.TrimRight(s.endpoint, "/")
	if endpoint == "" {
		base, err := serviceURL(ctx, s.config, s.name)
		if err != nil {
			return err
		}
		endpoint = base.String()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("making the request to %s: %w", s.name, err)
	}
	req.Header.Set("Content-Type", contentType)
	if target != "" {
		req.Header.Set("X-Amz-Target", target)
	}
	sum := sha256.Sum256(body)
	resp, err := do(ctx, s.config, s.name, req, hex.EncodeToString(sum[:]), s.now())
	if err != nil {
		return fmt.Errorf("calling %s: %w", s.name, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode >= http.StatusMultipleChoices {
		return &APIError{s.name, resp.StatusCode, jsonErrorCode(resp.Header, answer)}
	}
	if err != nil {
		return fmt.Errorf("reading the answer of %s: %w", s.name, err)
	}
	return nil
}

// call makes a call in the JSON protocol of a service that has one path for all.
func (s service) call(ctx context.Context, target string, in any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", target, err)
	}
	return s.post(ctx, "/", target, "application/x-amz-json-1.0", body)
}

// jsonErrorCode returns the code of an error in AWS's JSON protocols: it is in a
// header or in the body, after a namespace or before a URL
// (smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization).
func jsonErrorCode(header http.Header, body []byte) string {
	code := header.Get("X-Amzn-Errortype")
	if code == "" {
		var doc struct {
			Type string `json:"__type"`
		}
		_ = json.Unmarshal(body, &doc) // another body has no code
		code = doc.Type
	}
	code, _, _ = strings.Cut(code, ":")
	if _, name, ok := strings.Cut(code, "#"); ok {
		code = name
	}
	if len(code) > 64 {
		return ""
	}
	return code
}
