package request

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// messageReply answers with a message of the content, and with its files.
func messageReply(t *testing.T, kind, content string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, key, ok := strings.Cut(r.URL.Path, "/resources/"); ok {
			w.Header().Set("Content-Type", "image/png")
			_, _ = io.WriteString(w, r.URL.Query().Get("type")+" "+key)
			return
		}
		quoted, err := json.Marshal(content)
		if err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, `{"code":0,"data":{"items":[{"msg_type":"`+kind+`","body":{"content":`+string(quoted)+`}}]}}`)
	}
}

func TestDownloadAll(t *testing.T) {
	for _, c := range []struct {
		name, kind, content, to string
		want                    map[string]string // objects
		data                    string
	}{
		{"images of a post", "post", `{"content":[[{"tag":"img","image_key":"img_a"}],[{"tag":"img","image_key":"img_b"}]]}`, "s3://bkt/files/a/",
			map[string]string{"bkt/files/a/img_a": "image img_a", "bkt/files/a/img_b": "image img_b"},
			`{"files":[{"file_key":"img_a","type":"image","s3":{"bucket":"bkt","key":"files/a/img_a","size":11,"content_type":"image/png"}},{"file_key":"img_b","type":"image","s3":{"bucket":"bkt","key":"files/a/img_b","size":11,"content_type":"image/png"}}]}`},
		{"a file keeps its extension", "file", `{"file_key":"f","file_name":"../a.pdf"}`, "s3://bkt/files/a",
			map[string]string{"bkt/files/a/f.pdf": "file f"},
			`{"files":[{"file_key":"f","type":"file","name":"../a.pdf","s3":{"bucket":"bkt","key":"files/a/f.pdf","size":6,"content_type":"image/png"}}]}`},
		{"no file", "text", `{"text":"a"}`, "s3://bkt/files/a/", map[string]string{}, `{"files":[]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.reply = messageReply(t, c.kind, c.content)
			res, err := f.run(`{"download":{"message_id":"om_1","all":true,"to":"` + c.to + `"}}`)
			if err != nil {
				t.Fatal(err)
			}
			diff(t, c.want, f.blobs.objects)
			diff(t, c.data, string(res.Data))
		})
	}
}

func TestDownloadAllErrors(t *testing.T) {
	tags := strings.TrimSuffix(strings.Repeat(`{"tag":"img","image_key":"i"},`, 101), ",")
	for _, c := range []struct {
		kind, content, want string
	}{
		{"post", `{"content":[[` + tags + `]]}`, "the message has 101 files, and one request stores 100"},
	} {
		f := newFixture(t)
		f.reply = messageReply(t, c.kind, c.content)
		if _, err := f.run(`{"download":{"message_id":"om_1","all":true,"to":"s3://bkt/files/a/"}}`); errorText(err) != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	f := newFixture(t) // its answer has no message
	if _, err := f.run(`{"download":{"message_id":"om_1","all":true,"to":"s3://bkt/files/a/"}}`); larkError(err) == nil || larkError(err).Kind != lark.KindTransport {
		t.Errorf("got %v, want a transport error", err)
	}
	for fields, want := range map[string]string{
		`"all":true`: `"download.message_id" is missing`,
		`"all":true,"message_id":"om_1","file_key":"f"`:  `"download.file_key" does not go with all`,
		`"all":true,"message_id":"om_1","image_key":"f"`: `"download.image_key" does not go with all`,
		`"all":true,"message_id":"om_1","type":"file"`:   `"download.type" does not go with all`,
	} {
		if _, err := newFixture(t).plan(`{"download":{` + fields + `,"to":"s3://bkt/files/a/"}}`); !strings.Contains(errorText(err), want) {
			t.Errorf("%s: got %v, want %s", fields, err, want)
		}
	}
}

// No name that a message gives leads out of the place that the request names.
func TestObjectName(t *testing.T) {
	got := map[string]string{}
	for _, name := range []string{"a.pdf", "", "../../events/x", "a./b", "a.\x00", "a." + strings.Repeat("x", 11), "a.tar.gz"} {
		got[strconv.Quote(name)] = objectName(lark.Resource{Key: "k/1", Name: name})
	}
	if want := []string{"k_1", "k_1.gz", "k_1.pdf"}; !slices.Equal(slices.Compact(slices.Sorted(maps.Values(got))), want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
