package cloud_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/cloud"
)

func TestAnnotate(t *testing.T) {
	daemon, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer daemon.Close()
	traces := cloud.NewTraces(daemon.LocalAddr().String())
	start := time.Unix(1_795_000_000, 250_000_000)
	annotate := func(header, value string) {
		ctx := context.WithValue(t.Context(), "x-amzn-trace-id", header) //nolint:revive,staticcheck // the key of package lambda
		traces.Annotate(ctx, start, start.Add(time.Second), map[string]string{"lark_trace_id": value})
	}
	for _, header := range []string{"", "x", "Root=1-a;Parent=b;Sampled=0", "Root=1-a;Sampled=1", "Parent=b;Sampled=1"} {
		annotate(header, "none")
	}
	cloud.NewTraces("").Annotate(t.Context(), start, start, nil)
	annotate("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a:0", "20261128")

	buf := make([]byte, 1<<16)
	n, _, err := daemon.ReadFrom(buf) // the first datagram: those before were not sampled
	if err != nil {
		t.Fatal(err)
	}
	first, doc, _ := bytes.Cut(buf[:n], []byte("\n"))
	var got map[string]any
	if err := json.Unmarshal(doc, &got); err != nil || string(first) != `{"format":"json","version":1}` {
		t.Fatalf("got %s, %v", buf[:n], err)
	}
	if id, _ := got["id"].(string); len(id) != 16 {
		t.Errorf("got the id %q, want 16 digits", id)
	}
	delete(got, "id")
	want := map[string]any{
		"name": "larkbridge", "type": "subsegment", "trace_id": "1-5759e988-bd862e3fe1be46a994272793", "parent_id": "53995c3f42cd8ad8",
		"start_time": 1_795_000_000.25, "end_time": 1_795_000_001.25, "annotations": map[string]any{"lark_trace_id": "20261128"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
