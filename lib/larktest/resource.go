package larktest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// Limits of "im-v1/image/create" and "im-v1/file/create".
const (
	maxImage = 10 << 20
	maxFile  = 30 << 20
)

var (
	imageTypes = []string{"message", "avatar"}
	fileTypes  = []string{"opus", "mp4", "pdf", "doc", "xls", "ppt", "stream"}
)

// Upload is an image or a file that an app uploaded.
type Upload struct {
	Key    string // image_key or file_key
	Type   string // image_type or file_type
	Name   string
	Size   int64
	SHA256 string // hexadecimal
	AppID  string
}

// upload is an Upload with its content, which is nil if it is larger than maxKept.
type upload struct {
	Upload
	content []byte
}

// Uploads returns what was uploaded, in order.
func (p *Platform) Uploads() []Upload {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Upload
	for _, u := range p.uploads {
		out = append(out, u.Upload)
	}
	return out
}

// upload returns the upload with this key, or nil.
func (p *Platform) upload(key string) *upload {
	for _, u := range p.uploads {
		if u.Key == key {
			return u
		}
	}
	return nil
}

func uploadImage(p *Platform, x *exchange) (any, *failure) {
	f := checkUpload(x, "image", "image_type", imageTypes, maxImage)
	if f != nil {
		return nil, f
	}
	if !isImage(x.form["image"].head) {
		return nil, fail(234011, "Can't regonnize the image format.")
	}
	key := p.storeUpload(x, "img_v3_", "image", "image_type", x.form["image"].fileName)
	return map[string]any{"image_key": key}, nil
}

func uploadFile(p *Platform, x *exchange) (any, *failure) {
	if f := checkUpload(x, "file", "file_type", fileTypes, maxFile); f != nil {
		return nil, f
	}
	name := x.form.value("file_name")
	if name == "" {
		return nil, invalidUpload()
	}
	return map[string]any{"file_key": p.storeUpload(x, "file_v3_", "file", "file_type", name)}, nil
}

func invalidUpload() *failure { return fail(234001, "Invalid request param.") }

// checkUpload checks the form: the file in it, its type and its size.
func checkUpload(x *exchange, file, typeField string, types []string, limit int64) *failure {
	var c check
	c.oneOf(typeField, x.form.value(typeField), types)
	content, ok := x.form[file]
	switch {
	case !ok || c.failure() != nil:
		return invalidUpload()
	case content.size == 0:
		return fail(234010, "File's size can't be 0.")
	case content.size > limit:
		return fail(234006, "The file size exceed the max value.")
	}
	return nil
}

// storeUpload stores the file of the form and returns its key.
func (p *Platform) storeUpload(x *exchange, prefix, file, typeField, name string) string {
	f := x.form[file]
	u := &upload{content: f.content, Upload: Upload{
		Key:    p.nextID(prefix),
		Type:   x.form.value(typeField),
		Name:   name,
		Size:   f.size,
		SHA256: f.sha256,
		AppID:  x.app.ID,
	}}
	p.uploads = append(p.uploads, u)
	return u.Key
}

// isImage reports whether a file begins as one of the formats of
// "im-v1/image/create" does.
func isImage(head []byte) bool {
	if strings.HasPrefix(http.DetectContentType(head), "image/") {
		return true
	}
	tiff := bytes.HasPrefix(head, []byte("II*\x00")) || bytes.HasPrefix(head, []byte("MM\x00*"))
	heic := len(head) > 12 && string(head[4:10]) == "ftyphe"
	return tiff || heic
}

// maxDownload is the limit of "im-v1/message-resource/get".
const maxDownload = 100 << 20

type resourceKey struct{ message, file string }

// resource is a file in a message that a user sent.
type resource struct {
	typ string
	binary
}

// AddResource adds a file that a bot can download from a message which it received. typ
// is image or file. open is called for each download and must return a reader of size
// bytes; a reader that is an io.Closer is closed.
func (p *Platform) AddResource(messageID, fileKey, typ, contentType string, size int64, open func() io.Reader) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.received[resourceKey{messageID, fileKey}] = resource{typ, binary{contentType: contentType, size: size, open: open}}
}

// downloadResource is "im-v1/message-resource/get".
func downloadResource(p *Platform, x *exchange) (any, *failure) {
	id, typ := x.PathValue("id"), x.URL.Query().Get("type")
	if m := p.messages.byID[id]; m != nil {
		switch {
		case m.Recalled:
			return nil, fail(230110, "Action unavailable as the message has been deleted.")
		case m.MsgType == "interactive" || m.MsgType == "merge_forward" || m.MsgType == "sticker":
			return nil, fail(234043, "Unsupported message type.")
		}
	}
	r, ok := p.received[resourceKey{id, x.PathValue("key")}]
	switch {
	case typ != "image" && typ != "file":
		return nil, invalidUpload()
	case !ok:
		return nil, fail(234003, "File not in message.")
	case typ != r.typ:
		return nil, invalidUpload()
	case r.size > maxDownload:
		return nil, fail(234037, "Downloaded file size exceeds limit.")
	}
	return &r.binary, nil
}

// downloadOwn is "im-v1/image/get" and "im-v1/file/get": it returns a file that the app
// itself uploaded. The platform keeps no content over 1 MB.
func downloadOwn(p *Platform, x *exchange) (any, *failure) {
	u := p.upload(x.PathValue("key"))
	isFile := u != nil && strings.HasPrefix(u.Key, "file_")
	switch {
	case u == nil || isFile != strings.Contains(x.URL.Path, "/files/"):
		return nil, invalidUpload()
	case u.AppID != x.app.ID:
		return nil, fail(234008, "The app is not the resource sender.")
	case u.content == nil:
		return nil, fail(234001, "Invalid request param: the stand-in keeps no content over 1 MB.")
	}
	return &binary{
		contentType: http.DetectContentType(u.content),
		name:        u.Name,
		size:        u.Size,
		open:        func() io.Reader { return bytes.NewReader(u.content) },
	}, nil
}
