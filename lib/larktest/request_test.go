package larktest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	tests := []struct {
		name, contentType, body string
		status, code            int
		msg                     string
	}{
		{"no type", "", `{}`, 400, 9499, "Content-Type"},
		{"not json", "application/json", `{`, 400, 9499, "not JSON"},
		{"content as object", "application/json", `{"content":{"text":"x"}}`, 400, 9499, "json: content"},
		{"huge", "application/json", strings.Repeat(" ", 1<<20+1), 413, 9499, "too large"},
		{"no charset", "application/json", `{}`, 400, 99992402, "validation"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newFixture(t)
			r := httptest.NewRequest("POST", "/open-apis/im/v1/messages?receive_id_type=chat_id", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.contentType)
			r.Header.Set("Authorization", "Bearer "+b.token)
			got := b.do(r).want(tt.code)
			if got.status != tt.status || !strings.Contains(got.string("msg"), tt.msg) {
				t.Errorf("got HTTP %d %s, want HTTP %d and %q", got.status, got.raw, tt.status, tt.msg)
			}
		})
	}
}

// upload posts a form with a file and other fields.
func (b *fixture) upload(path, file string, content []byte, fields map[string]string) reply {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	f, err := w.CreateFormFile(file, "a.bin")
	if err != nil {
		b.t.Fatal(err)
	}
	f.Write(content)
	// The fields come after the file, because their order must not matter.
	for k, v := range fields {
		w.WriteField(k, v)
	}
	w.Close()
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.do(r)
}

func TestReadForm(t *testing.T) {
	for _, size := range []int{0, 1, 513, 1 << 20, 1<<20 + 1, 3<<20 + 5} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			content := bytes.Repeat([]byte("x"), size)
			var body bytes.Buffer
			w := multipart.NewWriter(&body)
			f, err := w.CreateFormFile("f", "n")
			if err != nil {
				t.Fatal(err)
			}
			f.Write(content)
			w.Close()
			p := readForm(multipart.NewReader(&body, w.Boundary()))["f"]
			sum := sha256.Sum256(content)
			if p.size != int64(size) || p.sha256 != hex.EncodeToString(sum[:]) || p.fileName != "n" {
				t.Errorf("got %d %s %s, want %d %x n", p.size, p.sha256, p.fileName, size, sum)
			}
			if kept := p.content != nil; kept != (size <= 1<<20) {
				t.Errorf("got the content kept: %v, want %v", kept, size <= 1<<20)
			}
		})
	}
}

func TestReadFormOfABrokenBody(t *testing.T) {
	body := io.MultiReader(bytes.NewReader([]byte("--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\ncut")))
	if f := readForm(multipart.NewReader(body, "b")); f != nil {
		t.Errorf("got %v, want nil", f)
	}
}
