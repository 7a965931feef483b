package larktest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"testing"
)

// upload posts a form; the content of the field file is a file.
func (b *bench) upload(path, file string, content []byte, fields map[string]string) reply {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	f, err := w.CreateFormFile(file, "a.bin")
	if err != nil {
		b.t.Fatal(err)
	}
	f.Write(content)
	// Fields after the file: their order must not matter.
	for k, v := range fields {
		w.WriteField(k, v)
	}
	w.Close()
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.do(r)
}

func TestPartsAreCountedAndDigested(t *testing.T) {
	for _, size := range []int{0, 1, sniffLen + 1, maxKept, maxKept + 1, 3*maxKept + 5} {
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
			p := readForm(multipart.NewReader(&body, w.Boundary())).parts["f"]
			sum := sha256.Sum256(content)
			if p.size != int64(size) || p.sha256 != hex.EncodeToString(sum[:]) || p.fileName != "n" {
				t.Errorf("got %d %s %s", p.size, p.sha256, p.fileName)
			}
			if kept := p.whole != nil; kept != (size <= maxKept) {
				t.Errorf("kept whole: %v", kept)
			}
		})
	}
}

func TestBrokenFormHasNoParts(t *testing.T) {
	body := io.MultiReader(bytes.NewReader([]byte("--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\ncut")))
	if f := readForm(multipart.NewReader(body, "b")); f.parts != nil {
		t.Errorf("got %v", f.parts)
	}
}
