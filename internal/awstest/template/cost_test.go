package template_test

import (
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

// What stands still costs by the alarms' metrics, the dashboard, and the
// queues that Lambda polls; docs/cost.md is made from it.
func TestStandingStill(t *testing.T) {
	loaded := template.Load(t, nil)
	alarms, err := loaded.Alarms()
	if err != nil {
		t.Fatal(err)
	}
	metrics := 0
	for _, a := range alarms {
		metrics += len(a.Series)
	}
	sources, err := loaded.EventSources()
	if err != nil {
		t.Fatal(err)
	}
	if len(alarms) != 14 || metrics != 23 || len(loaded.Of("AWS::CloudWatch::Dashboard")) != 1 || len(sources) != 2 {
		t.Errorf("%d alarms with %d metrics, %d polled queues", len(alarms), metrics, len(sources))
	}
}
