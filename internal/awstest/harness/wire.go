package harness

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
)

// throttling returns how a service says "too many requests".
func throttling(service string) (status int, code, message string) {
	switch service {
	case "dynamodb":
		return http.StatusBadRequest, "ProvisionedThroughputExceededException",
			"The level of configured provisioned throughput for the table was exceeded."
	case "lambda":
		return http.StatusTooManyRequests, "TooManyRequestsException", "Rate Exceeded."
	case "s3":
		return http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate."
	case "sqs":
		return http.StatusBadRequest, "RequestThrottled", "Request is throttled."
	}
	return http.StatusBadRequest, "ThrottlingException", "Rate exceeded"
}

// internal returns how a service says that it failed itself.
func internal(service string) (status int, code, message string) {
	const text = "We encountered an internal error. Please try again."
	switch service {
	case "events":
		return http.StatusInternalServerError, "InternalException", text
	case "lambda":
		return http.StatusInternalServerError, "ServiceException", text
	case "s3":
		return http.StatusInternalServerError, "InternalError", text
	}
	return http.StatusInternalServerError, "InternalServerError", text
}

// refusal is an error in the wire shape of the call's service.
func (c *Call) refusal(status int, code, message string) *Answer {
	if c.Service == "s3" {
		return &Answer{
			Status: status,
			Header: http.Header{"Content-Type": {"application/xml"}},
			Body:   fmt.Appendf(nil, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>", code, message),
		}
	}
	answer := jsonAnswer(c.Service, status, errorBody(c.Service, code, message))
	if c.Service == "lambda" { // REST: the code is in a header
		answer.Header.Set("X-Amzn-Errortype", code)
	}
	return answer
}

func errorBody(service, code, message string) []byte {
	switch service {
	case "dynamodb":
		code = "com.amazonaws.dynamodb.v20120810#" + code
	case "sqs":
		code = "com.amazonaws.sqs#" + code
	}
	body, err := json.Marshal(map[string]string{"__type": code, "message": message})
	if err != nil {
		panic(err) // two strings always encode
	}
	return body
}

// jsonAnswer wraps a body in the headers the service sends with it.
func jsonAnswer(service string, status int, body []byte) *Answer {
	header := http.Header{"Content-Type": {jsonType(service)}, "X-Amzn-Requestid": {newUUID()}}
	if service == "dynamodb" { // the SDK verifies it
		header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	}
	return &Answer{Status: status, Header: header, Body: body}
}

// jsonType is the media type the service's requests and answers have.
func jsonType(service string) string {
	switch service {
	case "dynamodb", "sqs":
		return "application/x-amz-json-1.0"
	case "events", "ssm":
		return "application/x-amz-json-1.1"
	}
	return "application/json"
}
