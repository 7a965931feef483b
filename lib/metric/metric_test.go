package metric_test

import (
	"os"
	"time"

	"larkbridge/lib/metric"
)

func ExampleCounter() {
	now := func() time.Time { return time.UnixMilli(1735689600123) }
	metric.New(os.Stdout, "event", now).Count("DedupeBypassed")
	// Output:
	// {"DedupeBypassed":1,"Function":"event","_aws":{"CloudWatchMetrics":[{"Namespace":"Larkbridge","Dimensions":[["Function"]],"Metrics":[{"Name":"DedupeBypassed","Unit":"Count"}]}],"Timestamp":1735689600123}}
}
