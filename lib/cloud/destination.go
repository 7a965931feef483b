package cloud

import "encoding/json"

// DestinationRecord is what Lambda passes to the destination of a function
// after an asynchronous invocation
// (docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).
type DestinationRecord struct {
	Version   string `json:"version"`
	Timestamp string `json:"timestamp"`
	Context   struct {
		RequestID   string `json:"requestId"`
		FunctionARN string `json:"functionArn"`
		Condition   string `json:"condition"` // Success, RetriesExhausted or EventAgeExceeded
		Attempts    int    `json:"approximateInvokeCount"`
	} `json:"requestContext"`
	Payload  json.RawMessage `json:"requestPayload"`
	Response json.RawMessage `json:"responsePayload"`
}

// Failed reports whether the invocation failed and is not tried again.
func (r DestinationRecord) Failed() bool { return r.Context.Condition != "Success" }

// FunctionError returns the type and the message of the error with which the
// function has failed. Both are empty for another response.
func (r DestinationRecord) FunctionError() (kind, message string) {
	var e struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal(r.Response, &e) != nil {
		return "", ""
	}
	return e.Type, e.Message
}
