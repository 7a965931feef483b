package larktest

import (
	"bytes"
	"io"
	"testing"
)

func TestDownloadResource(t *testing.T) {
	b := newBench(t)
	zeros := func(n int64) func() io.Reader {
		return func() io.Reader { return io.LimitReader(zero{}, n) }
	}
	b.AddResource("om_user", "file_1", "file", "application/pdf", 3<<20, zeros(3<<20))
	b.AddResource("om_user", "file_2", "file", "application/pdf", maxDownload+1, zeros(0))
	card := b.sendRaw("oc_1", "interactive", `{"elements":[]}`).want(0).data().string("message_id")
	gone := b.send("oc_1", "x")
	b.call("DELETE", "/open-apis/im/v1/messages/"+gone, nil).want(0)

	tests := []struct {
		name, path string
		code       int
	}{
		{"other type", "om_user/resources/file_1?type=image", 234001},
		{"no type", "om_user/resources/file_1", 234001},
		{"other message", "om_x/resources/file_1?type=file", 234003},
		{"too large", "om_user/resources/file_2?type=file", 234037},
		{"card", card + "/resources/file_1?type=file", 234043},
		{"recalled", gone + "/resources/file_1?type=file", 230110},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b.t = t
			b.get("/open-apis/im/v1/messages/" + tt.path).want(tt.code)
		})
	}
	r := b.get("/open-apis/im/v1/messages/om_user/resources/file_1?type=file")
	if r.status != 200 || r.header.Get("Content-Type") != "application/pdf" || len(r.raw) != 3<<20 {
		t.Errorf("HTTP %d, %v, %d bytes", r.status, r.header, len(r.raw))
	}
}

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestDownloadOwn(t *testing.T) {
	b := newBench(t)
	image := b.upload("/open-apis/im/v1/images", "image", png, map[string]string{"image_type": "message"}).
		want(0).data().string("image_key")
	r := b.get("/open-apis/im/v1/images/" + image)
	if r.status != 200 || r.raw != string(png) || r.header.Get("Content-Type") != "image/png" {
		t.Errorf("HTTP %d %v %q", r.status, r.header, r.raw)
	}
	large := b.upload("/open-apis/im/v1/files", "file", bytes.Repeat([]byte("x"), maxKept+1),
		map[string]string{"file_type": "stream", "file_name": "n"}).want(0).data().string("file_key")
	b.get("/open-apis/im/v1/files/" + large).want(234001)
	b.get("/open-apis/im/v1/files/" + image).want(234001)
	b.token = b.tenantToken("cli_2", "s2")
	b.get("/open-apis/im/v1/images/" + image).want(234008)
}
