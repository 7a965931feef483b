package request

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// fileReply answers with a file; length is the announced one, "" the true one.
func fileReply(content, length string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		if length == "" {
			length = strconv.Itoa(len(content))
		}
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Content-Length", length)
		w.Header().Set("X-Tt-Logid", "log-1")
		_, _ = io.WriteString(w, content)
	}
}

func TestDownload(t *testing.T) {
	for _, c := range []struct{ name, fields, path, query string }{
		{"file of a message", `"message_id":"om_1","file_key":"k/1","type":"file"`, "messages/om_1/resources/k%2F1", "type=file"},
		{"image of a message", `"message_id":"om_1","file_key":"img_1","type":"image"`, "messages/om_1/resources/img_1", "type=image"},
		{"own file", `"file_key":"file_1"`, "files/file_1", ""},
		{"own image", `"image_key":"img_1"`, "images/img_1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.reply = fileReply("content", "")
			res, err := f.run(`{"download":{` + c.fields + `,"to":"s3://bkt/in/a b.png"}}`)
			if err != nil {
				t.Fatal(err)
			}
			diff(t, []received{{"GET", "/open-apis/im/v1/" + c.path, c.query, ""}}, f.calls)
			diff(t, `{"s3":{"bucket":"bkt","key":"in/a b.png","size":7,"content_type":"image/png"}}`, string(res.Data))
			diff(t, "content", f.blobs.objects["bkt/in/a b.png"])
			diff(t, []string{"image/png"}, f.blobs.types)
			if res.Status != 200 || res.LogID != "log-1" {
				t.Errorf("got %d, %s", res.Status, res.LogID)
			}
		})
	}
}

func TestDownloadFromLarktest(t *testing.T) {
	f := newFixture(t)
	platform := larktest.New(larktest.WithApps(larktest.App{ID: "cli_1", Secret: "s"}))
	platform.AddResource("om_1", "file_1", "file", "text/plain", 4<<20, func() io.Reader {
		return io.LimitReader(strings.NewReader(strings.Repeat("x", 4<<20)), 4<<20)
	})
	f.serve(platform)
	if _, err := f.run(`{"download":{"message_id":"om_1","file_key":"file_1","type":"file","to":"s3://bkt/k"}}`); err != nil {
		t.Fatal(err)
	}
	if n := len(f.blobs.objects["bkt/k"]); n != 4<<20 {
		t.Errorf("stored are %d bytes", n)
	}
}

func TestDownloadFails(t *testing.T) {
	jsonReply := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"code":234003,"msg":"File not in message."}`)
	}
	for _, c := range []struct {
		name      string
		reply     func(http.ResponseWriter, *http.Request)
		fail      error
		kind      lark.ErrorKind
		retryable bool
	}{
		{"Lark's error", jsonReply, nil, lark.KindValidation, false},
		{"cut short", fileReply("half", "8"), nil, lark.KindTransport, true},
		{"S3 is not there", fileReply("a", ""), errors.New("no route"), lark.KindTransport, true},
		{"S3 is busy", fileReply("a", ""), httpError(503), lark.KindTransport, true},
		{"no such bucket", fileReply("a", ""), httpError(404), lark.KindNotFound, false},
		{"no right", fileReply("a", ""), httpError(403), lark.KindPermission, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.reply, f.blobs.fail = c.reply, c.fail
			_, err := f.run(`{"download":{"file_key":"f","to":"s3://bkt/k"}}`)
			failed := larkError(err)
			if failed == nil || failed.Kind != c.kind || failed.Retryable != c.retryable {
				t.Errorf("got %v", err)
			}
			if _, ok := f.blobs.objects["bkt/k"]; ok {
				t.Error("something is stored")
			}
		})
	}
}

func TestCounted(t *testing.T) {
	for _, c := range []struct {
		name, content string
		size          int64
		want          string
	}{
		{"whole", "abc", 3, ""},
		{"length not known", "abc", -1, ""},
		{"short", "abc", 4, "transport: the file from Lark ended after 3 of 4 bytes"},
		{"long", "abc", 2, "transport: the file from Lark ended after 3 of 2 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := io.ReadAll(&counted{Reader: strings.NewReader(c.content), want: c.size})
			diff(t, c.want, errorText(err))
		})
	}
}
