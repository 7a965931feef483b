package larktest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// maxDownload is the limit of "im-v1/message-resource/get".
const maxDownload = 100 << 20

type resourceKey struct{ message, file string }

// resource is a file in a message a user sent.
type resource struct {
	typ string
	binary
}

// AddResource adds a file a bot can download from a message it received. typ
// is image or file. open is called for each download and must yield size
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

// downloadOwn is "im-v1/image/get" and "im-v1/file/get": an app gets back what
// it uploaded. Of uploads over 1 MB the content is gone.
func downloadOwn(p *Platform, x *exchange) (any, *failure) {
	u := p.upload(x.PathValue("key"))
	isFile := u != nil && strings.HasPrefix(u.Key, "file_")
	switch {
	case u == nil || isFile != strings.Contains(x.URL.Path, "/files/"):
		return nil, invalidUpload()
	case u.AppID != x.app.ID:
		return nil, fail(234008, "The app is not the resource sender.")
	case u.whole == nil:
		return nil, fail(234001, "Invalid request param: the stand-in keeps no content over 1 MB.")
	}
	return &binary{
		contentType: http.DetectContentType(u.whole),
		name:        u.Name,
		size:        u.Size,
		open:        func() io.Reader { return bytes.NewReader(u.whole) },
	}, nil
}
