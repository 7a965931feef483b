package metric_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/metric"
)

func then() time.Time { return time.UnixMilli(1735689600123) }

func ExampleCounter_Count() {
	metric.New(os.Stdout, "larkbridge", "event", "", then).Count(metric.DedupeBypassed, "")
	// Output:
	// {"DedupeBypassed":1,"Function":"event","Stack":"larkbridge","_aws":{"CloudWatchMetrics":[{"Namespace":"Larkbridge","Dimensions":[["Stack"]],"Metrics":[{"Name":"DedupeBypassed","Unit":"Count"}]}],"Timestamp":1735689600123},"level":"INFO","timestamp":"2025-01-01T00:00:00.123Z"}
}

// A line has the log level that is set, so that Lambda does not drop it.
func TestLevel(t *testing.T) {
	for level, want := range map[string]string{"": "INFO", "DEBUG": "DEBUG", "WARN": "WARN", "ERROR": "ERROR"} {
		var out bytes.Buffer
		metric.New(&out, "larkbridge", "event", level, then).Count(metric.Refused, "")
		var line struct{ Level, Timestamp string }
		if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.Level != want {
			t.Errorf("%q: got %q, %v; want %q", level, line.Level, err, want)
		}
		if at, err := time.Parse(time.RFC3339, line.Timestamp); err != nil || !at.Equal(then()) {
			t.Errorf("%q: got the timestamp %q, %v; want %v", level, line.Timestamp, err, then())
		}
	}
}

// The app is a dimension of one metric.
func ExampleCounter_Count_app() {
	metric.New(os.Stdout, "larkbridge", "event", "", then).Count(metric.TicketStored, "shop")
	// Output:
	// {"App":"shop","Function":"event","Stack":"larkbridge","TicketStored":1,"_aws":{"CloudWatchMetrics":[{"Namespace":"Larkbridge","Dimensions":[["Stack","App"]],"Metrics":[{"Name":"TicketStored","Unit":"Count"}]}],"Timestamp":1735689600123},"level":"INFO","timestamp":"2025-01-01T00:00:00.123Z"}
}

// All has each constant of this package once, each constant has a comment, and
// its name in Go is that of the metric.
func TestAll(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "metric.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var declared []metric.Name
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "Name" {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil || value != spec.Names[0].Name || spec.Doc.Text() == "" {
			t.Errorf("%s: got the value %q and the comment %q", spec.Names[0], value, spec.Doc.Text())
		}
		declared = append(declared, metric.Name(value))
		return true
	})
	slices.Sort(declared)
	if got := metric.All(); len(got) == 0 || !slices.Equal(got, declared) {
		t.Errorf("got %v, want %v", got, declared)
	}
}
