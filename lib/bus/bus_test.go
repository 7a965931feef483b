package bus_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// blobOf is where the large detail of an event of the app team-a is.
func blobOf(ev *lark.Event) string {
	return fmt.Sprintf("events/team-a/%x.json", sha256.Sum256([]byte(ev.Key)))
}

// entrySize is EventBridge's rule: 14 bytes for the time and the length of
// everything else.
func entrySize(e bus.Entry) int {
	return 14 + len(e.Source) + len(e.DetailType) + len(e.Detail) + len(strings.Join(e.Resources, ""))
}

func TestLargeDetail(t *testing.T) {
	ev := v2()
	ev.Body = json.RawMessage(`"` + strings.Repeat("x", 2000) + `"`)
	whole, _ := publish(t, bus.DefaultInlineLimit, ev)
	got, m := publish(t, 1000, ev)

	want := fmt.Sprintf(`{"schema":"2.0","app":"team-a","header":%s,"s3":{"bucket":"memory","key":"%s","size":%d}}`,
		ev.Header, blobOf(ev), len(whole.Detail))
	if string(got.Detail) != want {
		t.Errorf("detail\n%s, want\n%s", got.Detail, want)
	}
	if got.DetailType != whole.DetailType || !got.Time.Equal(whole.Time) || len(got.Resources) != 2 {
		t.Errorf("the entry is %+v", got)
	}
	if blob := readBlob(m, blobOf(ev)); string(blob) != string(whole.Detail) {
		t.Errorf("in the bucket is %.80s, want the whole detail", blob)
	}
}

// A header that is larger than the limit does not keep its event off the bus.
func TestLargeHeader(t *testing.T) {
	ev := message()
	ev.Header = json.RawMessage(`{"event_id":"f7984f25","new":"` + strings.Repeat("x", 20000) + `","create_time":"1","tenant_key":"` + strings.Repeat("t", 300) + `"}`)
	whole, _ := publish(t, bus.DefaultInlineLimit, ev)
	got, m := publish(t, 10000, ev)
	want := fmt.Sprintf(`{"schema":"2.0","app":"team-a","header":{"create_time":"1","event_id":"f7984f25"},"s3":{"bucket":"memory","key":"%s","size":%d},"message":%s}`,
		blobOf(ev), len(whole.Detail), ev.Message)
	if string(got.Detail) != want {
		t.Errorf("detail\n%s, want\n%s", got.Detail, want)
	}
	if blob := readBlob(m, blobOf(ev)); string(blob) != string(whole.Detail) {
		t.Errorf("in the bucket is %.80s, want the whole detail", blob)
	}
}

// The entry has the trace, and each delivery the same object.
func TestLargeDetailOfATrace(t *testing.T) {
	ev := v2()
	ev.Body = json.RawMessage(`"` + strings.Repeat("x", 2000) + `"`)
	_, m := publish(t, 1000, ev)
	untraced := readBlob(m, blobOf(ev))
	ev.TraceID = "20261124"
	got, m := publish(t, 1000, ev)
	if blob := readBlob(m, blobOf(ev)); string(blob) != string(untraced) {
		t.Errorf("in the bucket is %.80s", blob)
	}
	if !strings.Contains(string(got.Detail), `"trace_id":"20261124"`) || !strings.Contains(string(got.Detail), fmt.Sprintf(`"size":%d`, len(untraced))) {
		t.Errorf("the entry is %s", got.Detail)
	}
}

func TestInlineLimit(t *testing.T) {
	for name, ev := range map[string]*lark.Event{"an event": v2(), "a message": message(), "schema 1.0": v1()} {
		t.Run(name, func(t *testing.T) {
			whole, _ := publish(t, bus.DefaultInlineLimit, ev)
			size := entrySize(whole)
			for limit, inline := range map[int]bool{size + 1: true, size: true, size - 1: false} {
				got, m := publish(t, limit, ev)
				if (string(got.Detail) == string(whole.Detail)) != inline || (readBlob(m, blobOf(ev)) == nil) != inline {
					t.Errorf("%d bytes at a limit of %d: %s", size, limit, got.Detail)
				}
			}
		})
	}
}

// Rules match detail.message.text, so the message stays as long as it fits.
func TestLargeMessage(t *testing.T) {
	ev := message()
	ev.Body = json.RawMessage(`"` + strings.Repeat("x", 2000) + `"`)
	kept, _ := publish(t, 1500, ev)
	if !strings.HasSuffix(string(kept.Detail), `,"message":`+string(ev.Message)+`}`) || strings.Contains(string(kept.Detail), `"event":`) {
		t.Fatalf("the detail is %s, want the message and no event", kept.Detail)
	}
	size := entrySize(kept)
	for limit, want := range map[int]bool{size: true, size - 1: false} {
		got, m := publish(t, limit, ev)
		if has := strings.Contains(string(got.Detail), `"message":`); has != want || entrySize(got) > limit || !json.Valid(got.Detail) {
			t.Errorf("%d bytes at a limit of %d: %s", size, limit, got.Detail)
		}
		if blob := string(readBlob(m, blobOf(ev))); !strings.Contains(blob, `"message":`) || !strings.Contains(blob, `"event":`) {
			t.Errorf("in the bucket is %.80s, want everything", blob)
		}
	}
}

// A redelivery overwrites the blob of the first; whatever the key is, its
// place has only harmless letters.
func TestBlobPlace(t *testing.T) {
	places := map[string]bool{}
	for _, key := range []string{"a", "a", "b", "../../x?y#z", "", strings.Repeat("é", 5000)} {
		ev := v2()
		ev.Key = key
		got, _ := publish(t, 0, ev)
		var detail struct {
			S3 bus.Location `json:"s3"`
		}
		if err := json.Unmarshal(got.Detail, &detail); err != nil {
			t.Fatal(err)
		}
		places[detail.S3.Key] = true
		if strings.Trim(detail.S3.Key, "abcdefghijklmnopqrstuvwxyz0123456789-./") != "" || strings.Contains(detail.S3.Key, "..") || len(detail.S3.Key) > 1024 {
			t.Errorf("the place of %.20q is %q", key, detail.S3.Key)
		}
	}
	if len(places) != 5 {
		t.Errorf("5 events have %d places", len(places))
	}
}

// refusing is a bus or a bucket that does not take anything.
type refusing struct{ bus.Memory }

var errRefused = errors.New("refused")

func (*refusing) Create(context.Context, string, string, io.Reader, int64, string) error {
	return errRefused
}

func (*refusing) Publish(context.Context, bus.Entry) (string, error) { return "", errRefused }

func TestPublishEventFails(t *testing.T) {
	t.Run("no bucket", func(t *testing.T) {
		var m bus.Memory
		_, err := (&bus.Bus{Publisher: &m, Blobs: &refusing{}}).PublishEvent(t.Context(), "team-a", v2())
		if !errors.Is(err, errRefused) {
			t.Errorf("got %v, want %v", err, errRefused)
		}
		if len(m.Entries()) != 0 {
			t.Error("an entry is on the bus whose detail is nowhere")
		}
	})
	t.Run("no bus", func(t *testing.T) {
		_, err := (&bus.Bus{Publisher: &refusing{}, InlineLimit: bus.DefaultInlineLimit}).PublishEvent(t.Context(), "team-a", v2())
		if !errors.Is(err, errRefused) {
			t.Errorf("got %v, want %v", err, errRefused)
		}
	})
}

// readBlob returns a large detail, nil when there is none.
func readBlob(m *bus.Memory, key string) []byte {
	r, _, err := m.Open(context.Background(), bucket, key)
	if err != nil {
		return nil
	}
	content, _ := io.ReadAll(r) // from memory
	return content
}

// bucket is where the tests' large details are.
const bucket = "memory"
