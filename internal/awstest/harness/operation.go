package harness

import (
	"net/http"
	"net/url"
	"strings"
)

// recognise names the AWS service and operation of a request: the service by
// its signing name (dynamodb, events, ssm, sqs, lambda, s3), the operation as
// the API reference has it. What it does not know it calls by method and path.
func recognise(r *http.Request, body []byte) (service, operation string) {
	service = signedService(r.Header.Get("Authorization"))
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		prefix, name, _ := strings.Cut(target, ".")
		if service == "" {
			service = targetService(prefix)
		}
		return service, name
	}
	if rest, ok := strings.CutPrefix(r.URL.Path, "/service/"); ok { // rpc-v2-cbor
		if _, name, ok := strings.Cut(rest, "/operation/"); ok {
			return service, name
		}
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if form, err := url.ParseQuery(string(body)); err == nil && form.Has("Action") {
			return service, form.Get("Action")
		}
	}
	switch {
	case service == "s3":
		return service, s3Operation(r)
	case service == "lambda" && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/invocations"):
		return service, "Invoke"
	}
	return service, r.Method + " " + r.URL.Path
}

// signedService reads the service from the scope of a version 4 signature:
// Credential=key/date/region/service/aws4_request.
func signedService(authorization string) string {
	_, credential, ok := strings.Cut(authorization, "Credential=")
	if !ok {
		return ""
	}
	credential, _, _ = strings.Cut(credential, ",")
	if scope := strings.Split(credential, "/"); len(scope) >= 5 {
		return scope[len(scope)-2]
	}
	return ""
}

// targetService maps the first part of an X-Amz-Target header to a service.
func targetService(prefix string) string {
	switch {
	case strings.HasPrefix(prefix, "DynamoDB_"):
		return "dynamodb"
	case prefix == "AWSEvents":
		return "events"
	case prefix == "AmazonSSM":
		return "ssm"
	case prefix == "AmazonSQS":
		return "sqs"
	}
	return ""
}

// s3Operation tells path-style requests on objects and buckets apart. The
// subresources (?acl, ?tagging, …) go by the name of the plain operation.
func s3Operation(r *http.Request) string {
	kind := "Bucket"
	if _, key, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/"); key != "" {
		kind = "Object"
	}
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/":
		return "ListBuckets"
	case r.Method == http.MethodGet && kind == "Bucket":
		return "ListObjectsV2"
	case r.Method == http.MethodPut && kind == "Bucket":
		return "CreateBucket"
	case r.Method == http.MethodPut && r.Header.Get("X-Amz-Copy-Source") != "":
		return "CopyObject"
	case r.Method == http.MethodPost && kind == "Bucket":
		return "DeleteObjects"
	}
	return r.Method[:1] + strings.ToLower(r.Method[1:]) + kind
}

// writes reports whether DynamoDB, or S3, runs the operation as one atomic
// step of condition check and write.
func writes(service, operation string) bool {
	switch operation {
	case "UpdateItem", "PutItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem":
		return service == "dynamodb"
	case "PutObject", "DeleteObject", "CopyObject":
		return service == "s3"
	}
	return false
}
