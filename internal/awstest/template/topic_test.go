package template_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

func TestSubscriptions(t *testing.T) {
	got, err := one(t, "AWS::SNS::Subscription", map[string]any{
		"TopicArn": "topic", "Protocol": "lambda", "Endpoint": "f", "RedrivePolicy": map[string]any{"deadLetterTargetArn": "dead"},
	}).Subscriptions()
	checkOne(t, got, err, template.Subscription{Topic: "topic", Protocol: "lambda", Endpoint: "f", DeadLetters: "dead"})
}
