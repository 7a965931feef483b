package larktest

import (
	"bytes"
	"testing"
)

var png = []byte("\x89PNG\r\n\x1a\n rest")

// uploadedFile uploads a file of a type and returns its key.
func (b *bench) uploadedFile(fileType string) string {
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
		{"image at limit", images, "image", large(maxImage), image, 0},
		{"image over limit", images, "image", large(maxImage + 1), image, 234006},
		{"empty image", images, "image", nil, image, 234010},
		{"no image format", images, "image", []byte("text"), image, 234011},
		{"image without type", images, "image", png, nil, 234001},
		{"image in another field", images, "file", png, image, 234001},
		{"file", files, "file", []byte("x"), file, 0},
		{"file over limit", files, "file", large(maxFile + 1), file, 234006},
		{"empty file", files, "file", nil, file, 234010},
		{"unknown file type", files, "file", png, map[string]string{"file_type": "exe", "file_name": "a"}, 234001},
		{"file without name", files, "file", png, map[string]string{"file_type": "stream"}, 234001},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.upload(tt.path, tt.field, tt.content, tt.fields).want(tt.code)
			ups := b.Uploads()
			if (tt.code == 0) != (len(ups) == 1) {
				t.Fatalf("uploads: %v", ups)
			}
			if tt.code == 0 && (ups[0].Size != int64(len(tt.content)) || ups[0].AppID != "cli_1") {
				t.Errorf("got %+v", ups[0])
			}
		})
	}
}

func TestUploadWithoutForm(t *testing.T) {
	newBench(t).post("/open-apis/im/v1/images", object{}).want(234001)
}

func TestUploadCallShowsSizes(t *testing.T) {
	b := newBench(t)
	b.upload("/open-apis/im/v1/images", "image", png, map[string]string{"image_type": "message"}).want(0)
	calls := b.Calls()
	if got := string(calls[len(calls)-1].Body); got != `{"image":13,"image_type":7}` {
		t.Errorf("body: %s", got)
	}
}
