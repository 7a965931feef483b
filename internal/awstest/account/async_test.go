package account

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// Publish puts a message on a topic, whose subscriptions of functions get it.
func (a *Account) Publish(topicARN, subject, message string) {
	a.t.Helper()
	event, err := json.Marshal(events.SNSEvent{Records: []events.SNSEventRecord{{
		EventSource: "aws:sns", EventVersion: "1.0",
		SNS: events.SNSEntity{Type: "Notification", MessageID: rand.Text(), TopicArn: topicARN, Subject: subject, Message: message, Timestamp: time.Now()},
	}}})
	a.must(err)
	for _, s := range a.subscribed {
		if s.Topic != topicARN || s.Protocol != "lambda" {
			continue
		}
		if !a.allows("sns.amazonaws.com", a.function(s.Endpoint), topicARN) {
			a.t.Errorf("nothing allows %s to invoke %s", topicARN, s.Endpoint)
		}
		a.InvokeAsync(s.Endpoint, event)
	}
}

// InvokeAsync is an invocation that nobody waits for: repeated under its id as
// often as the template says, without the pauses, then kept as a failure.
func (a *Account) InvokeAsync(functionARN string, payload []byte) {
	a.t.Helper()
	f := a.function(functionARN)
	config := a.asynchronous(f)
	id := rand.Text()
	var err error
	for range 1 + int(config.RetryAttempts) {
		if _, err = a.invoke(f, payload, id); err == nil {
			return
		}
	}
	record := map[string]any{
		"version": "1.0", "timestamp": time.Now().UTC().Format(time.RFC3339Nano),
		"requestContext":  map[string]any{"requestId": id, "functionArn": f.ARN + ":$LATEST", "condition": "RetriesExhausted", "approximateInvokeCount": 1 + int(config.RetryAttempts)},
		"requestPayload":  json.RawMessage(payload),
		"responseContext": map[string]any{"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
	}
	if failed, ok := errors.AsType[*harness.FunctionError](err); ok {
		record["responsePayload"] = map[string]string{"errorType": failed.Type, "errorMessage": failed.Message}
	}
	doc, err := json.Marshal(record)
	a.must(err)
	a.Put(config.OnFailure, string(doc))
}

// asynchronous is how a function is invoked when nobody waits.
func (a *Account) asynchronous(f *function) template.InvokeConfig {
	a.t.Helper()
	i := slices.IndexFunc(a.configs, func(c template.InvokeConfig) bool { return f.Called(c.Function) })
	if i < 0 {
		a.t.Fatalf("%s has no configuration of asynchronous invocations", f.Name)
	}
	return a.configs[i]
}
