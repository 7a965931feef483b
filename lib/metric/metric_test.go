package metric_test

import (
	"os"
	"time"

	"github.com/larkbridge/larkbridge/lib/metric"
)

func then() time.Time { return time.UnixMilli(1735689600123) }

func ExampleCounter_Count() {
	metric.New(os.Stdout, "larkbridge", "event", then).Count("DedupeBypassed")
	// Output:
	// {"DedupeBypassed":1,"Function":"event","Stack":"larkbridge","_aws":{"CloudWatchMetrics":[{"Namespace":"Larkbridge","Dimensions":[["Stack"]],"Metrics":[{"Name":"DedupeBypassed","Unit":"Count"}]}],"Timestamp":1735689600123}}
}

func ExampleCounter_CountApp() {
	metric.New(os.Stdout, "larkbridge", "event", then).CountApp("TicketStored", "shop")
	// Output:
	// {"App":"shop","Function":"event","Stack":"larkbridge","TicketStored":1,"_aws":{"CloudWatchMetrics":[{"Namespace":"Larkbridge","Dimensions":[["Stack","App"]],"Metrics":[{"Name":"TicketStored","Unit":"Count"}]}],"Timestamp":1735689600123}}
}
