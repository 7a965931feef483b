package template_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

func TestEventSources(t *testing.T) {
	properties := map[string]any{
		"EventSourceArn": "queue", "FunctionName": "f", "BatchSize": "100", "FunctionResponseTypes": []any{"ReportBatchItemFailures"},
	}
	got, err := one(t, "AWS::Lambda::EventSourceMapping", properties).EventSources()
	checkOne(t, got, err, template.EventSource{Queue: "queue", Function: "f", BatchSize: 100, PartialBatches: true})
	got, err = one(t, "AWS::Lambda::EventSourceMapping", map[string]any{"EventSourceArn": "queue", "FunctionName": "f"}).EventSources()
	checkOne(t, got, err, template.EventSource{Queue: "queue", Function: "f", BatchSize: 10})
	properties["Enabled"] = false
	if got, err := one(t, "AWS::Lambda::EventSourceMapping", properties).EventSources(); err != nil || got != nil {
		t.Errorf("one that is off: %+v, %v", got, err)
	}
}
