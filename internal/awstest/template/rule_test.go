package template_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

func TestRules(t *testing.T) {
	properties := map[string]any{
		"EventBusName": "bus", "EventPattern": map[string]any{"source": []any{"lark"}},
		"Targets": []any{
			map[string]any{"Id": "q", "Arn": "queue", "DeadLetterConfig": map[string]any{"Arn": "dead"}},
			map[string]any{"Id": "p", "Arn": "other"},
		},
	}
	got, err := one(t, "AWS::Events::Rule", properties).Rules()
	checkOne(t, got, err, template.Rule{Bus: "bus", Pattern: `{"source":["lark"]}`, Targets: []template.Target{
		{ARN: "queue", DeadLetters: "dead"}, {ARN: "other"},
	}})
	properties["State"] = "DISABLED"
	if got, err := one(t, "AWS::Events::Rule", properties).Rules(); err != nil || got != nil {
		t.Errorf("one that is off: %+v, %v", got, err)
	}
}
