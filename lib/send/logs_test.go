package send_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// logsPayload is what a subscription of CloudWatch Logs hands to the function.
func logsPayload(t *testing.T, doc string) string {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(doc)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return `{"awslogs":{"data":"` + base64.StdEncoding.EncodeToString(packed.Bytes()) + `"}}`
}

// Log events are one notice. What cannot be read is an error on the bus, and
// CloudWatch's check of the target is nothing.
func TestLogSubscription(t *testing.T) {
	const batch = `{"messageType":"DATA_MESSAGE","owner":"123456789012","logGroup":"/aws/lambda/orders","logStream":"s","logEvents":[%s]}`
	for name, tt := range map[string]struct {
		payload string
		want    []string // in the message; nil for none
		errors  int
	}{
		"events": {logsPayload(t, fmt.Sprintf(batch, `{"id":"1","timestamp":1,"message":"ERROR disk full\n"},{"id":"2","timestamp":2,"message":"bye"}`)),
			[]string{"/aws/lambda/orders", "ERROR disk full", "bye", "123456789012"}, 0},
		"many events": {logsPayload(t, fmt.Sprintf(batch, strings.TrimSuffix(strings.Repeat(`{"message":"x"},`, 30), ","))),
			[]string{"and 10 more"}, 0},
		"a check":    {logsPayload(t, `{"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"CWL CONTROL MESSAGE"}]}`), nil, 0},
		"not base64": {`{"awslogs":{"data":"*"}}`, nil, 1},
		"not gzip":   {`{"awslogs":{"data":"aGVsbG8="}}`, nil, 1},
		"not JSON":   {logsPayload(t, `[`), nil, 1},
		"a bomb":     {logsPayload(t, strings.Repeat(" ", 9<<20)), nil, 1},
	} {
		f, ctx := newFixture()
		f.sender.DefaultTo = "oc_1"
		if _, err := f.invoke(ctx, "i", tt.payload); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var shown string
		for _, m := range f.platform.Messages("oc_1") {
			shown += m.Content
		}
		if (shown == "") != (tt.want == nil) {
			t.Errorf("%s: got the messages %q", name, shown)
		}
		for _, want := range tt.want {
			if !strings.Contains(shown, want) {
				t.Errorf("%s: %q is not in %s", name, want, shown)
			}
		}
		failed := 0
		for _, e := range f.bus.Entries() {
			if e.DetailType == "Lark Send Failed" {
				failed++
			}
		}
		if failed != tt.errors {
			t.Errorf("%s: %d errors on the bus, want %d", name, failed, tt.errors)
		}
	}
}

// A notification of S3, which invokes the function itself, is a notice.
func TestS3Notification(t *testing.T) {
	f, ctx := newFixture()
	f.sender.DefaultTo = "oc_1"
	if _, err := f.invoke(ctx, "i", `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventTime":"2026-11-02T10:00:00.000Z",
		"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"invoices"},"object":{"key":"2026/11.pdf","size":1024}}}]}`); err != nil {
		t.Fatal(err)
	}
	messages := f.platform.Messages("oc_1")
	if len(messages) != 1 || messages[0].MsgType != "interactive" || !strings.Contains(messages[0].Content, "invoices") {
		t.Errorf("got %+v, want one card about the bucket", messages)
	}
}
