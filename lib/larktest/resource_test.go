package larktest

import (
	"bytes"
	"io"
	"testing"
)

var png = []byte("\x89PNG\r\n\x1a\n rest")

// uploadedFile uploads a file of a type and returns its key.
func (b *fixture) uploadedFile(fileType string) string {
	b.t.Helper()
	return b.upload("/open-apis/im/v1/files", "file", []byte("x"),
		map[string]string{"file_type": fileType, "file_name": "n"}).want(0).data().string("file_key")
}

func TestUpload(t *testing.T) {
	const images, files = "/open-apis/im/v1/images", "/open-apis/im/v1/files"
	image := map[string]string{"image_type": "message"}
	file := map[string]string{"file_type": "stream", "file_name": "a.txt"}
	large := func(n int) []byte { return append(bytes.Clone(png), make([]byte, n-len(png))...) }
	tests := []struct {
		name, path, field string
		content           []byte
		fields            map[string]string
		code              int
	}{
		{"image", images, "image", png, image, 0},
		{"tiff", images, "image", []byte("II*\x00 rest"), image, 0},
		{"image at limit", images, "image", large(10 << 20), image, 0},
		{"image over limit", images, "image", large(10<<20 + 1), image, 234006},
		{"empty image", images, "image", nil, image, 234010},
		{"no image format", images, "image", []byte("text"), image, 234011},
		{"image without type", images, "image", png, nil, 234001},
		{"image in another field", images, "file", png, image, 234001},
		{"file", files, "file", []byte("x"), file, 0},
		{"file at limit", files, "file", large(30 << 20), file, 0},
		{"file over limit", files, "file", large(30<<20 + 1), file, 234006},
		{"empty file", files, "file", nil, file, 234010},
		{"unknown file type", files, "file", png, map[string]string{"file_type": "exe", "file_name": "a"}, 234001},
		{"file without name", files, "file", png, map[string]string{"file_type": "stream"}, 234001},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newFixture(t)
			b.upload(tt.path, tt.field, tt.content, tt.fields).want(tt.code)
			uploads := b.Uploads()
			if (tt.code == 0) != (len(uploads) == 1) {
				t.Fatalf("got the uploads %v, want one: %v", uploads, tt.code == 0)
			}
			if tt.code == 0 && (uploads[0].Size != int64(len(tt.content)) || uploads[0].AppID != "cli_1") {
				t.Errorf("got %+v, want %d bytes by cli_1", uploads[0], len(tt.content))
			}
		})
	}
}

func TestUploadWithoutForm(t *testing.T) {
	newFixture(t).post("/open-apis/im/v1/images", object{}).want(234001)
}

func TestUploadCallShowsSizes(t *testing.T) {
	b := newFixture(t)
	b.upload("/open-apis/im/v1/images", "image", png, map[string]string{"image_type": "message"}).want(0)
	calls := b.Calls()
	if got := string(calls[len(calls)-1].Body); got != `{"image":13,"image_type":7}` {
		t.Errorf("got the body %s, want the sizes of the fields", got)
	}
}

func TestDownloadResource(t *testing.T) {
	b := newFixture(t)
	zeros := func(n int64) func() io.Reader {
		return func() io.Reader { return io.LimitReader(zero{}, n) }
	}
	b.AddResource("om_user", "file_1", "file", "application/pdf", 3<<20, zeros(3<<20))
	b.AddResource("om_user", "file_2", "file", "application/pdf", 100<<20+1, zeros(0))
	card := b.sendCard(`{"elements":[]}`)
	recalled := b.send("oc_1", "x")
	b.call("DELETE", "/open-apis/im/v1/messages/"+recalled, nil).want(0)

	tests := []struct {
		name, path string
		code       int
	}{
		{"other type", "om_user/resources/file_1?type=image", 234001},
		{"no type", "om_user/resources/file_1", 234001},
		{"other message", "om_x/resources/file_1?type=file", 234003},
		{"too large", "om_user/resources/file_2?type=file", 234037},
		{"card", card + "/resources/file_1?type=file", 234043},
		{"recalled", recalled + "/resources/file_1?type=file", 230110},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b.t = t
			b.get("/open-apis/im/v1/messages/" + tt.path).want(tt.code)
		})
	}
	r := b.get("/open-apis/im/v1/messages/om_user/resources/file_1?type=file")
	if r.status != 200 || r.header.Get("Content-Type") != "application/pdf" || len(r.raw) != 3<<20 {
		t.Errorf("got HTTP %d, %v, %d bytes, want HTTP 200 and a PDF of 3 MiB", r.status, r.header, len(r.raw))
	}
}

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestDownloadOwn(t *testing.T) {
	b := newFixture(t)
	image := b.upload("/open-apis/im/v1/images", "image", png, map[string]string{"image_type": "message"}).
		want(0).data().string("image_key")
	r := b.get("/open-apis/im/v1/images/" + image)
	if r.status != 200 || r.raw != string(png) || r.header.Get("Content-Type") != "image/png" {
		t.Errorf("got HTTP %d %v %q, want HTTP 200 and the image", r.status, r.header, r.raw)
	}
	large := b.upload("/open-apis/im/v1/files", "file", bytes.Repeat([]byte("x"), 1<<20+1),
		map[string]string{"file_type": "stream", "file_name": "n"}).want(0).data().string("file_key")
	b.get("/open-apis/im/v1/files/" + large).want(234001)
	b.get("/open-apis/im/v1/files/" + image).want(234001)
	b.token = b.tenantToken("cli_2", "s2")
	b.get("/open-apis/im/v1/images/" + image).want(234008)
}
