package main

import (
	"bytes"
	"encoding/json"
	"io"
	"runtime"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
)

// maxGrowth is how much memory a file may take, whatever its size.
const maxGrowth = 64 << 20

// A file goes from S3 to Lark, and a resource from Lark to S3, as a stream.
func TestLargeFiles(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("left out: reads the memory of a process from /proc")
	}
	s, platform := newLark(t)
	content := bytes.Repeat([]byte("larkbridge"), 3<<20) // 30 MiB, Lark's limit
	if err := s.PutObject(t.Context(), stage.Bucket, "in/large.bin", content); err != nil {
		t.Fatal(err)
	}
	const size = 100 << 20
	platform.AddResource("om_1", "file_1", "file", "application/octet-stream", size, func() io.Reader { return io.LimitReader(pattern{}, size) })

	f := s.Start("send")
	if err := f.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	idle, err := f.RSS()
	if err != nil {
		t.Fatal(err)
	}
	out := invoke(t, f, `{"upload":{"file":{"s3":"s3://`+stage.Bucket+`/in/large.bin"},"file_name":"large.bin"}}`)
	if uploads := platform.Uploads(); len(uploads) != 1 || uploads[0].Size != int64(len(content)) {
		t.Errorf("got the uploads %+v and %s, want the file", uploads, out)
	}
	invoke(t, f, `{"download":{"message_id":"om_1","file_key":"file_1","type":"file","to":"s3://`+stage.Bucket+`/out/large.bin"}}`)
	got, err := s.GetObject(t.Context(), stage.Bucket, "out/large.bin")
	if err != nil || len(got) != size {
		t.Errorf("got an object of %d bytes, %v, want that of the file", len(got), err)
	}
	peak, err := f.PeakRSS()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("idle %d MiB, peak %d MiB", idle>>20, peak>>20)
	if peak-idle > maxGrowth {
		t.Errorf("got %d MiB more memory, want at most %d", (peak-idle)>>20, maxGrowth>>20)
	}
}

// pattern is a file without end.
type pattern struct{}

func (pattern) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(i)
	}
	return len(p), nil
}

func invoke(t *testing.T, f *harness.Function, payload string) []byte {
	t.Helper()
	out, err := f.Invoke(t.Context(), []byte(payload))
	var result struct{ OK bool }
	if err != nil || json.Unmarshal(out, &result) != nil || !result.OK {
		t.Fatalf("%s: got %s, %v\n%s", payload, out, err, f.Logs())
	}
	return out
}
