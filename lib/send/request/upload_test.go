package request

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

func TestUpload(t *testing.T) {
	const octets = "application/octet-stream"
	for _, c := range []struct {
		name, fields, path string
		want               [][4]string
	}{
		{"image", `"image":{"base64":"aGk="}`, "images",
			[][4]string{{"image_type", "", "", "message"}, {"image", "file", octets, "hi"}}},
		{"avatar from S3", `"image":{"s3":"s3://bkt/in/a.png","type":"image/png"},"image_type":"avatar"`, "images",
			[][4]string{{"image_type", "", "", "avatar"}, {"image", "a.png", "image/png", "object"}}},
		{"file", `"file":{"base64":"aGk="},"file_name":"报告.pdf"`, "files",
			[][4]string{{"file_type", "", "", "pdf"}, {"file_name", "", "", "报告.pdf"}, {"file", "报告.pdf", octets, "hi"}}},
		{"file with the source's name", `"file":{"base64":"aGk=","name":"a.DOC"}`, "files",
			[][4]string{{"file_type", "", "", "doc"}, {"file_name", "", "", "a.DOC"}, {"file", "a.DOC", octets, "hi"}}},
		{"file from S3", `"file":{"s3":"s3://bkt/in/a.png"}`, "files",
			[][4]string{{"file_type", "", "", "stream"}, {"file_name", "", "", "a.png"}, {"file", "a.png", octets, "object"}}},
		{"audio", `"file":{"s3":"s3://bkt/in/a.png"},"file_name":"a","file_type":"opus","duration":3000`, "files",
			[][4]string{{"file_type", "", "", "opus"}, {"file_name", "", "", "a"}, {"duration", "", "", "3000"}, {"file", "a", octets, "object"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.blobs.objects["bkt/in/a.png"] = "object"
			got := f.sent(`{"upload":{` + c.fields + `}}`)
			diff(t, []string{"POST", "/open-apis/im/v1/" + c.path}, []string{got.Method, got.Path})
			diff(t, c.want, f.formFields())
			if f.blobs.opened != f.blobs.closed {
				t.Errorf("%d objects opened, %d closed", f.blobs.opened, f.blobs.closed)
			}
		})
	}
}

// larktest checks the form as Lark does.
func TestUploadToLarktest(t *testing.T) {
	f := newFixture(t)
	platform := larktest.New(larktest.WithApps(larktest.App{ID: "cli_1", Secret: "s"}))
	f.serve(platform)
	f.blobs.objects["bkt/a.gif"] = "GIF89a" + strings.Repeat("x", 2<<20)
	res, err := f.run(`{"upload":{"image":{"s3":"s3://bkt/a.gif"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	got := platform.Uploads()
	if len(got) != 1 || got[0].Size != 6+2<<20 || string(res.Data) != `{"image_key":"`+got[0].Key+`"}` {
		t.Errorf("got %s and %+v", res.Data, got)
	}
}

// A token that is no longer good makes the form go out once more: whole, with
// the object opened anew.
func TestUploadAgain(t *testing.T) {
	f := newFixture(t)
	f.blobs.objects["bkt/k"] = "object"
	f.reply = func(w http.ResponseWriter, _ *http.Request) {
		if len(f.calls) == 1 {
			_, _ = w.Write([]byte(`{"code":99991663,"msg":"token"}`))
			return
		}
		_, _ = w.Write([]byte(`{"code":0,"data":{}}`))
	}
	if _, err := f.run(`{"upload":{"file":{"s3":"s3://bkt/k"}}}`); err != nil {
		t.Fatal(err)
	}
	if len(f.calls) != 2 || len(f.calls[0].Body) != len(f.calls[1].Body) || !strings.Contains(f.calls[1].Body, "object") {
		t.Errorf("got %q", f.calls)
	}
	if f.blobs.opened != 2 || f.blobs.closed != 2 {
		t.Errorf("%d objects opened, %d closed", f.blobs.opened, f.blobs.closed)
	}
}

func TestUploadSizes(t *testing.T) {
	for _, c := range []struct {
		name, fields string
		size         int64
		want         string
	}{
		{"largest image", `"image":{"s3":"s3://bkt/k"}`, 10 << 20, ""},
		{"image too large", `"image":{"s3":"s3://bkt/k"}`, 10<<20 + 1, `field "upload.image": the file has 10485761 bytes, and Lark takes 10485760`},
		{"largest file", `"file":{"s3":"s3://bkt/k"}`, 30 << 20, ""},
		{"file too large", `"file":{"s3":"s3://bkt/k"}`, 30<<20 + 1, `field "upload.file": the file has 31457281 bytes, and Lark takes 31457280`},
		{"empty object", `"file":{"s3":"s3://bkt/k"}`, 0, `field "upload.file": the file is empty`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.blobs.objects["bkt/k"] = strings.Repeat("x", int(c.size))
			_, err := f.run(`{"upload":{` + c.fields + `}}`)
			diff(t, c.want, errorText(err))
			if (len(f.calls) == 0) != (c.want != "") {
				t.Errorf("%d calls", len(f.calls))
			}
			if f.blobs.opened != 1 || f.blobs.closed != 1 {
				t.Errorf("%d objects opened, %d closed", f.blobs.opened, f.blobs.closed)
			}
		})
	}
}

func TestUploadInlineTooLarge(t *testing.T) {
	content := base64.StdEncoding.EncodeToString(make([]byte, 10<<20+1))
	_, err := newFixture(t).plan(`{"upload":{"image":{"base64":"` + content + `"}}}`)
	diff(t, `field "upload.image": the file has 10485761 bytes, and Lark takes 10485760`, errorText(err))
}

func TestUploadWithoutObject(t *testing.T) {
	f := newFixture(t)
	_, err := f.run(`{"upload":{"image":{"s3":"s3://bkt/none"}}}`)
	failed := larkError(err)
	if failed == nil || failed.Kind != lark.KindNotFound || failed.Retryable || len(f.calls) != 0 {
		t.Errorf("got %v and %d calls", err, len(f.calls))
	}
}

// An object that is shorter than S3 said must not arrive as a whole file.
func TestUploadCutShort(t *testing.T) {
	f := newFixture(t)
	f.blobs.objects["bkt/k"], f.blobs.size = "half", 8
	_, err := f.run(`{"upload":{"file":{"s3":"s3://bkt/k"}}}`)
	if failed := larkError(err); failed == nil || failed.Kind != lark.KindTransport || !failed.Retryable {
		t.Errorf("got %v", err)
	}
}

func TestFileType(t *testing.T) {
	for name, want := range map[string]string{
		"a.opus": "opus", "a.mp4": "mp4", "a.PDF": "pdf", "a.doc": "doc", "a.xls": "xls", "a.ppt": "ppt",
		"a.docx": "stream", "a.stream": "stream", "pdf": "stream", "": "stream", "a.tar.pdf": "pdf",
	} {
		if got := fileType(name); got != want {
			t.Errorf("%q: got %s", name, got)
		}
	}
}
