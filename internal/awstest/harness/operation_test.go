package harness

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRecognise(t *testing.T) {
	for _, c := range []struct{ method, path, target, scope, contentType, body, service, operation string }{
		{"POST", "/", "DynamoDB_20120810.UpdateItem", "dynamodb", "", "", "dynamodb", "UpdateItem"},
		{"POST", "/", "DynamoDB_20120810.GetItem", "", "", "", "dynamodb", "GetItem"},
		{"POST", "/", "AWSEvents.PutEvents", "", "", "", "events", "PutEvents"},
		{"POST", "/", "AmazonSSM.GetParametersByPath", "", "", "", "ssm", "GetParametersByPath"},
		{"POST", "/", "AmazonSQS.SendMessage", "", "", "", "sqs", "SendMessage"},
		{"POST", "/service/AmazonSQS/operation/SendMessage", "", "sqs", "application/cbor", "", "sqs", "SendMessage"},
		{"POST", "/", "", "sns", "application/x-www-form-urlencoded; charset=utf-8", "Action=Publish&Version=1", "sns", "Publish"},
		{"POST", "/2015-03-31/functions/f/invocations", "", "lambda", "", "", "lambda", "Invoke"},
		{"GET", "/2015-03-31/functions", "", "lambda", "", "", "lambda", "GET /2015-03-31/functions"},
		{"GET", "/", "", "s3", "", "", "s3", "ListBuckets"},
		{"PUT", "/b", "", "s3", "", "", "s3", "CreateBucket"},
		{"PUT", "/b/", "", "s3", "", "", "s3", "CreateBucket"},
		{"HEAD", "/b", "", "s3", "", "", "s3", "HeadBucket"},
		{"GET", "/b?list-type=2", "", "s3", "", "", "s3", "ListObjectsV2"},
		{"PUT", "/b/a/k", "", "s3", "", "", "s3", "PutObject"},
		{"GET", "/b/a/k", "", "s3", "", "", "s3", "GetObject"},
		{"HEAD", "/b/k", "", "s3", "", "", "s3", "HeadObject"},
		{"DELETE", "/b/k", "", "s3", "", "", "s3", "DeleteObject"},
		{"POST", "/b?delete", "", "s3", "", "", "s3", "DeleteObjects"},
		{"GET", "/moto-api/", "", "", "", "", "", "GET /moto-api/"},
	} {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.contentType)
		if c.target != "" {
			r.Header.Set("X-Amz-Target", c.target)
		}
		if c.scope != "" {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/"+c.scope+"/aws4_request, SignedHeaders=host, Signature=0")
		}
		if service, operation := recognise(r, []byte(c.body)); service != c.service || operation != c.operation {
			t.Errorf("%s %s %s: %s %s, want %s %s", c.method, c.path, c.target, service, operation, c.service, c.operation)
		}
	}
}

func TestWrites(t *testing.T) {
	if !writes("dynamodb", "UpdateItem") || writes("dynamodb", "GetItem") || !writes("s3", "PutObject") || writes("events", "PutEvents") {
		t.Error("writes mistakes a read for a write, or the other way round")
	}
}
