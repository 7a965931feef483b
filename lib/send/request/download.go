package request

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Download is the verb that stores files of Lark's in S3: one or all of a
// message, or an image or file that the app uploaded itself.
type Download struct {
	MessageID string `json:"message_id"`
	FileKey   string `json:"file_key"`
	ImageKey  string `json:"image_key"` // of an image that the app uploaded
	Type      string `json:"type"`      // image or file, for a message
	All       bool   `json:"all"`       // every file of the message
	To        string `json:"to"`        // s3://bucket/key; of all files, what their keys begin with
}

// plan is im-v1/message/get-message-resource, im-v1/image/get or
// im-v1/file/get.
func (d *Download) plan(c common) (*Plan, error) {
	if err := required("download", field{"to", d.To != ""}); err != nil {
		return nil, err
	}
	to, err := parsePlace("download.to", d.To)
	if err != nil {
		return nil, err
	}
	if d.All {
		return d.all(c, to)
	}
	call := lark.Call{Method: http.MethodGet, PathParams: map[string]string{"file_key": d.FileKey, "image_key": d.ImageKey}}
	if d.MessageID != "" {
		err = d.ofMessage(&call)
	} else {
		err = d.own(&call)
	}
	if err != nil {
		return nil, err
	}
	return c.save(call, to), nil
}

func (d *Download) ofMessage(call *lark.Call) error {
	call.Path = "im/v1/messages/:message_id/resources/:file_key"
	call.PathParams["message_id"] = d.MessageID
	call.Query = url.Values{"type": {d.Type}}
	if err := refused("download", "message_id, which takes file_key and type", field{"image_key", d.ImageKey != ""}); err != nil {
		return err
	}
	if err := required("download", field{"file_key", d.FileKey != ""}); err != nil {
		return err
	}
	return oneOf("download.type", d.Type, "image", "file")
}

func (d *Download) own(call *lark.Call) error {
	kind, err := oneGiven("download", field{"file_key", d.FileKey != ""}, field{"image_key", d.ImageKey != ""})
	if err != nil {
		return err
	}
	call.Path = "im/v1/files/:file_key"
	if kind == "image_key" {
		call.Path = "im/v1/images/:image_key"
	}
	return refused("download", "a file of the app's own: give message_id too", field{"type", d.Type != ""})
}

// saved is the data of a result whose file is in S3.
type saved struct {
	S3 savedObject `json:"s3"`
}

type savedObject struct {
	Bucket      string `json:"bucket"`
	Key         string `json:"key"`
	Size        int64  `json:"size"`
	ContentType string `json:"content_type"`
}

// save returns the plan of a call whose answer is a file, which it streams to S3.
func (c common) save(call lark.Call, to *place) *Plan {
	call.TenantKey, call.Timeout = c.tenantKey, cmp.Or(call.Timeout, fileTimeout)
	return &Plan{Run: func(ctx context.Context, clients *Clients) (*lark.Result, error) {
		if err := to.allowed(clients); err != nil {
			return nil, err
		}
		file, err := clients.Lark.Download(ctx, call)
		if err != nil {
			return nil, err
		}
		defer file.Body.Close()
		body := &counted{Reader: file.Body, want: file.Size}
		err = clients.Blobs.Create(ctx, to.bucket, to.key, body, file.Size, file.Type)
		size, failed := body.result(err == nil)
		switch {
		case failed != nil:
			return nil, failed
		case err != nil:
			return nil, to.failed("writing", err)
		}
		data, err := encode(saved{savedObject{to.bucket, to.key, size, file.Type}})
		return &lark.Result{Data: data, Status: file.Status, LogID: file.LogID, Header: file.Header}, err
	}}
}

// counted counts what it reads. A body that ends before the length that was
// announced is an error, so that no part of a file is stored as the whole. An
// upload that was refused may still be reading.
type counted struct {
	io.Reader
	want int64 // -1 when Lark did not say

	mu  sync.Mutex // guards all below
	n   int64
	err *lark.Error
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += int64(n)
	switch {
	case err == nil || errors.Is(err, io.EOF) && c.whole():
		return n, err
	case errors.Is(err, io.EOF):
		c.err = c.short()
	default:
		c.err = &lark.Error{Kind: lark.KindTransport, Retryable: true, Msg: "reading the file from Lark: " + err.Error()}
	}
	return n, c.err
}

// result returns how many bytes were read, and an error if they are not the whole
// file. stored reports that S3 has taken all of them.
func (c *counted) result(stored bool) (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.err != nil:
		return c.n, c.err
	case stored && !c.whole():
		return c.n, c.short()
	}
	return c.n, nil
}

// whole reports whether everything that was announced has been read.
func (c *counted) whole() bool { return c.want < 0 || c.n == c.want }

func (c *counted) short() *lark.Error {
	return &lark.Error{Kind: lark.KindTransport, Retryable: true,
		Msg: fmt.Sprintf("the file from Lark ended after %d of %d bytes", c.n, c.want)}
}
