package template_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

func TestInvokeConfigs(t *testing.T) {
	got, err := one(t, "AWS::Lambda::EventInvokeConfig", map[string]any{
		"FunctionName": "f", "MaximumRetryAttempts": "0", "DestinationConfig": map[string]any{"OnFailure": map[string]any{"Destination": "queue"}},
	}).InvokeConfigs()
	checkOne(t, got, err, template.InvokeConfig{Function: "f", RetryAttempts: 0, OnFailure: "queue"})
	got, err = one(t, "AWS::Lambda::EventInvokeConfig", map[string]any{"FunctionName": "f"}).InvokeConfigs()
	checkOne(t, got, err, template.InvokeConfig{Function: "f", RetryAttempts: 2})
}
