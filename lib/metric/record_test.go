package metric_test

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/metric"
)

func TestRecord(t *testing.T) {
	r := metric.Record{App: "hr"}
	r.Add(metric.Refused)
	r.Report(metric.ResultLost, "no result", errors.New("the bus failed"))
	r.Report(metric.MarkFailed, "not marked", errors.New("the table failed"))

	var counted []string
	r.CountWith(func(name metric.Name, app string) { counted = append(counted, string(name)+" of "+app) })
	if diff := cmp.Diff([]string{"Refused of hr", "ResultLost of hr", "MarkFailed of hr"}, counted); diff != "" {
		t.Errorf("the counted metrics (-want +got):\n%s", diff)
	}

	var log bytes.Buffer
	r.LogProblems(t.Context(), slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: withoutTime})), "id", "e1")
	const want = `level=ERROR msg="no result" id=e1 error="the bus failed"
level=WARN msg="not marked" id=e1 error="the table failed"
`
	if diff := cmp.Diff(want, log.String()); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
