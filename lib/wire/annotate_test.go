package wire

import (
	"bytes"
	"context"
	"net"
	"testing"

	"github.com/larkbridge/larkbridge/lib/cloud"
	"github.com/larkbridge/larkbridge/lib/gateway"
)

// Lark's id of a delivery is an annotation of the trace; a delivery without one has
// none.
func TestAnnotate(t *testing.T) {
	daemon, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = daemon.Close() }()
	observe := annotate(cloud.NewTraces(daemon.LocalAddr().String()))
	ctx := context.WithValue(t.Context(), "x-amzn-trace-id", "Root=1-a;Parent=b;Sampled=1") //nolint:revive,staticcheck // the key of package lambda
	observe(ctx, gateway.Outcome{})
	observe(ctx, gateway.Outcome{LogID: "20261128000000A1"})
	buf := make([]byte, 1<<16)
	n, _, err := daemon.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	if want := `"annotations":{"lark_trace_id":"20261128000000A1"}`; !bytes.Contains(buf[:n], []byte(want)) {
		t.Errorf("got %s, want %s in it", buf[:n], want)
	}
}
