package cloud_test

import (
	"context"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/lib/cloud"
)

// A table that refuses for a moment must not use up the budget of a request:
// the SDK's own pauses are seconds long.
func TestRetriesAreQuick(t *testing.T) {
	proxy, err := harness.StartProxy(newRegion(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	c := cloud.New(getenv(map[string]string{"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": proxy.URL()}))
	for _, tt := range []struct {
		name  string
		index int
		op    string
		kind  harness.Kind
		fails bool
		calls int
	}{
		{"DynamoDB throttles once", 0, "GetItem", harness.Throttle(), false, 2},
		{"DynamoDB loses an answer", 0, "GetItem", harness.LoseAnswer(), false, 2},
		{"EventBridge is left to its caller", 1, "PutEvents", harness.Throttle(), true, 1},
		{"SSM throttles once", 2, "GetParameter", harness.Throttle(), false, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			proxy.Reset()
			proxy.Inject(harness.Fault{Operation: tt.op, Times: 1, Kind: tt.kind})
			ctx, cancel := context.WithTimeout(t.Context(), 900*time.Millisecond) // the budget of a claim
			defer cancel()
			if err := services[tt.index].call(ctx, c); (err != nil) != tt.fails {
				t.Errorf("error: %v", err)
			}
			if got := proxy.Calls()[tt.op]; got != tt.calls {
				t.Errorf("%d calls, want %d", got, tt.calls)
			}
		})
	}
}
