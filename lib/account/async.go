package account

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"larkbridge/lib/harness"
	"larkbridge/lib/template"
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
		if !a.allows("sns.amazonaws.com", s.Endpoint, topicARN) {
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
	for range 1 + int(config.MaximumRetryAttempts) {
		if _, err = a.invoke(f, payload, id); err == nil {
			return
		}
	}
	var failed *harness.FunctionError
	record := map[string]any{
		"version": "1.0", "timestamp": time.Now().UTC().Format(time.RFC3339Nano),
		"requestContext":  map[string]any{"requestId": id, "functionArn": f.ARN + ":$LATEST", "condition": "RetriesExhausted", "approximateInvokeCount": 1 + int(config.MaximumRetryAttempts)},
		"requestPayload":  json.RawMessage(payload),
		"responseContext": map[string]any{"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
	}
	if errors.As(err, &failed) {
		record["responsePayload"] = map[string]string{"errorType": failed.Type, "errorMessage": failed.Message}
	}
	doc, err := json.Marshal(record)
	a.must(err)
	a.Put(config.DestinationConfig.OnFailure.Destination, string(doc))
}

type invokeConfig struct {
	FunctionName         string
	MaximumRetryAttempts template.Int
	DestinationConfig    struct{ OnFailure struct{ Destination string } }
}

// asynchronous is how a function is invoked when nobody waits.
func (a *Account) asynchronous(f *function) invokeConfig {
	a.t.Helper()
	for _, r := range a.Of("AWS::Lambda::EventInvokeConfig") {
		config := invokeConfig{MaximumRetryAttempts: 2} // Lambda's own default
		a.must(r.Decode(&config))
		if config.FunctionName == f.Name {
			return config
		}
	}
	a.t.Fatalf("%s has no configuration of asynchronous invocations", f.Name)
	return invokeConfig{}
}
