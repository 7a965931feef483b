package cloud

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net"
	"strings"
	"time"
)

// Traces adds to the traces of X-Ray what is known of an invocation. It sends one
// datagram to the daemon that Lambda runs beside the function ("Sending trace data to
// X-Ray" of its guide): an SDK for it would make every cold start longer.
type Traces struct{ daemon string }

// NewTraces returns the traces of the daemon at an address, the value of
// AWS_XRAY_DAEMON_ADDRESS. Without an address nothing is sent.
func NewTraces(daemon string) *Traces { return &Traces{daemon} }

// Annotate adds a subsegment with annotations, by which traces are searched, to the
// trace of the invocation of ctx. It does nothing when the trace is not sampled. A
// datagram that is lost is not missed by anybody who waits, so there is no error.
func (t *Traces) Annotate(ctx context.Context, start, end time.Time, annotations map[string]string) {
	header, _ := ctx.Value("x-amzn-trace-id").(string) // as package lambda sets it
	root, parent, sampled := traceOf(header)
	if t.daemon == "" || !sampled {
		return
	}
	id := make([]byte, 8)
	_, _ = rand.Read(id) // it never fails
	doc, err := json.Marshal(map[string]any{
		"name": "larkbridge", "type": "subsegment", "id": hex.EncodeToString(id), "trace_id": root, "parent_id": parent,
		"start_time": seconds(start), "end_time": seconds(end), "annotations": annotations,
	})
	if err != nil {
		return
	}
	conn, err := new(net.Dialer).DialContext(ctx, "udp", t.daemon)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = conn.Write(append([]byte("{\"format\":\"json\",\"version\":1}\n"), doc...))
}

// traceOf reads a trace header: "Root=1-…;Parent=…;Sampled=1", and more.
func traceOf(header string) (root, parent string, sampled bool) {
	for field := range strings.SplitSeq(header, ";") {
		switch name, value, _ := strings.Cut(field, "="); name {
		case "Root":
			root = value
		case "Parent":
			parent = value
		case "Sampled":
			sampled = value == "1"
		}
	}
	return root, parent, sampled && root != "" && parent != ""
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }
