package template_test

import (
	"testing"

	"larkbridge/lib/template"
)

func TestRules(t *testing.T) {
	properties := map[string]any{
		"EventBusName": "bus", "EventPattern": map[string]any{"source": []any{"lark"}},
		"Targets": []any{map[string]any{
			"Id": "q", "Arn": "queue", "DeadLetterConfig": map[string]any{"Arn": "dead"}, "SqsParameters": map[string]any{"MessageGroupId": "g"},
			"InputTransformer": map[string]any{"InputPathsMap": map[string]any{"a": "$.detail"}, "InputTemplate": "<a>"},
			"RetryPolicy":      map[string]any{"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60},
		}, map[string]any{"Id": "p", "Arn": "other", "InputPath": "$.detail"}},
	}
	none := template.Int(0)
	got, err := one(t, "AWS::Events::Rule", properties).Rules()
	only(t, got, err, template.Rule{Bus: "bus", Pattern: `{"source":["lark"]}`, Targets: []template.Target{
		{ID: "q", ARN: "queue", DeadLetters: "dead", Transform: &template.Transform{Paths: map[string]string{"a": "$.detail"}, Template: "<a>"}, MaxAge: 60, MaxRetries: &none, Group: "g"},
		{ID: "p", ARN: "other", InputPath: "$.detail"},
	}})
	properties["State"] = "DISABLED"
	if got, err := one(t, "AWS::Events::Rule", properties).Rules(); err != nil || got != nil {
		t.Errorf("one that is off: %+v, %v", got, err)
	}
}
