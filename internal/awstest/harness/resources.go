package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
)

// APIError is a refusal by the emulator.
type APIError struct {
	Operation string
	Status    int
	Body      string
}

func (e *APIError) Error() string {
	return fmt.Sprintf("%s: status %d: %s", e.Operation, e.Status, e.Body)
}

// Call makes one AWS call by its X-Amz-Target ("DynamoDB_20120810.GetItem"),
// past the proxy: it is neither counted nor does it meet faults. in is sent as
// JSON; out, unless nil, is filled from the answer.
func (e *Emulator) Call(ctx context.Context, target string, in, out any) error {
	prefix, operation, _ := strings.Cut(target, ".")
	service := targetService(prefix)
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode %s: %w", operation, err)
	}
	header := http.Header{"X-Amz-Target": {target}, "Content-Type": {jsonType(service)}}
	answer, err := e.send(ctx, service, operation, http.MethodPost, "/", header, body)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("decode %s: %w", operation, err)
	}
	return nil
}

// send makes one request to moto itself. The scope of the signature is all moto
// reads of it: it tells the service.
func (e *Emulator) send(ctx context.Context, service, operation, method, path string, header http.Header, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, e.direct+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	maps.Copy(request.Header, header)
	request.Header.Set("Authorization",
		"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=test")
	response, err := e.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil, &APIError{operation, response.StatusCode, string(answer)}
	}
	return answer, nil
}

// Reset forgets every resource, and what the proxy counts and does: for the
// start of a test that shares its emulator with others, one after another.
func (e *Emulator) Reset(ctx context.Context) error {
	if _, err := e.send(ctx, "", "Reset", http.MethodPost, "/moto-api/reset", nil, nil); err != nil {
		return err
	}
	e.proxy.Reset()
	return nil
}

// CreateTable makes an on-demand table with the string key pk that expires
// items by their attribute ttl. (moto keeps them all the same.)
func (e *Emulator) CreateTable(ctx context.Context, name string) error {
	err := e.Call(ctx, "DynamoDB_20120810.CreateTable", map[string]any{
		"TableName":            name,
		"BillingMode":          "PAY_PER_REQUEST",
		"AttributeDefinitions": []any{map[string]string{"AttributeName": "pk", "AttributeType": "S"}},
		"KeySchema":            []any{map[string]string{"AttributeName": "pk", "KeyType": "HASH"}},
	}, nil)
	if err != nil {
		return err
	}
	return e.Call(ctx, "DynamoDB_20120810.UpdateTimeToLive", map[string]any{
		"TableName":               name,
		"TimeToLiveSpecification": map[string]any{"AttributeName": "ttl", "Enabled": true},
	}, nil)
}

// PutSecret stores a SecureString parameter, in place of one of that name.
func (e *Emulator) PutSecret(ctx context.Context, name, value string) error {
	return e.Call(ctx, "AmazonSSM.PutParameter", map[string]any{
		"Name": name, "Value": value, "Type": "SecureString", "Overwrite": true,
	}, nil)
}

// CreateBucket makes an S3 bucket.
func (e *Emulator) CreateBucket(ctx context.Context, name string) error {
	_, err := e.send(ctx, "s3", "CreateBucket", http.MethodPut, "/"+name, nil, nil)
	return err
}

// PutObject stores an S3 object. The key must need no escaping in a path.
func (e *Emulator) PutObject(ctx context.Context, bucket, key string, content []byte) error {
	_, err := e.send(ctx, "s3", "PutObject", http.MethodPut, "/"+bucket+"/"+key, nil, content)
	return err
}

// GetObject returns the content of an S3 object. The key must need no escaping
// in a path.
func (e *Emulator) GetObject(ctx context.Context, bucket, key string) ([]byte, error) {
	return e.send(ctx, "s3", "GetObject", http.MethodGet, "/"+bucket+"/"+key, nil, nil)
}
