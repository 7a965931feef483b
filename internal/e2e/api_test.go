package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// call makes one call of an AWS API that speaks JSON: by its X-Amz-Target such
// as "AWSEvents.PutRule", or, for an API of resources, by method and path. A
// process of the AWS CLI for each call would take a second of CPU time.
func (c *cloud) call(service, operation string, in, out any) {
	c.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		c.t.Fatal(err)
	}
	method, path, isPath := strings.Cut(operation, " ")
	if !isPath {
		method, path = http.MethodPost, "/"
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.endpoint+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if !isPath {
		req.Header.Set("X-Amz-Target", operation)
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	// The scope of the signature is all that the emulator reads of it.
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=test")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= http.StatusMultipleChoices {
		c.t.Fatalf("%s: got %d %s, %v, want a success", operation, resp.StatusCode, answer, err)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(answer, out); err != nil {
		c.t.Fatalf("%s: got %s: %v", operation, answer, err)
	}
}
