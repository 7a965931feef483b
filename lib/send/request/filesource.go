package request

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"sync/atomic"

	"github.com/larkbridge/larkbridge/lib/bucket"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// FileSource is a file to send: an object in S3, or its content in base64.
type FileSource struct {
	S3     string `json:"s3"` // s3://bucket/key
	Base64 string `json:"base64"`
	Name   string `json:"name"` // as Lark shows it; "" is the last part of the key
	Type   string `json:"type"` // media type; "" is application/octet-stream
}

// file is a source that has been checked.
type file struct {
	where string // the field's path
	field string // of the form
	name  string
	kind  string
	limit int64  // in bytes; 0 is none
	at    *place // nil: the content is data
	data  []byte
}

// check reads the source. The size of an object is not known yet.
func (s *FileSource) check(where, name string, limit int64) (*file, error) {
	_, err := oneGiven(where, field{"s3", s.S3 != ""}, field{"base64", s.Base64 != ""})
	if err != nil {
		return nil, err
	}
	f := &file{where: where, field: name, name: s.Name, kind: s.Type, limit: limit}
	if s.S3 == "" {
		if f.data, err = base64.StdEncoding.DecodeString(s.Base64); err != nil {
			return nil, fmt.Errorf("field %q: it is not base64 with padding", where+".base64")
		}
		return f, f.fits(int64(len(f.data)))
	}
	if f.at, err = parsePlace(where+".s3", s.S3); err != nil {
		return nil, err
	}
	if f.name == "" {
		f.name = path.Base(f.at.key)
	}
	return f, nil
}

func (f *file) fits(size int64) error {
	switch {
	case size <= 0:
		return fmt.Errorf("field %q: the file is empty", f.where)
	case f.limit > 0 && size > f.limit:
		return fmt.Errorf("field %q: the file has %d bytes, and Lark takes %d", f.where, size, f.limit)
	}
	return nil
}

// open makes the file one of a form. An object is opened at once, because
// the form must tell its size; done closes it if the form did not.
func (f *file) open(ctx context.Context, clients *Clients) (opened lark.File, done func(), err error) {
	opened = lark.File{Field: f.field, Name: f.name, Type: f.kind, Size: int64(len(f.data))}
	if f.at == nil {
		opened.Open = func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.data)), nil }
		return opened, func() {}, nil
	}
	if err := f.at.allowed(clients); err != nil {
		return opened, nil, err
	}
	body, size, err := clients.Blobs.Open(ctx, f.at.bucket, f.at.key)
	if err != nil {
		return opened, nil, f.at.failed("opening", err)
	}
	var first atomic.Pointer[io.ReadCloser]
	first.Store(&body)
	opened.Size = size
	opened.Open = func(ctx context.Context) (io.ReadCloser, error) {
		if body := first.Swap(nil); body != nil {
			return *body, nil
		}
		body, _, err := clients.Blobs.Open(ctx, f.at.bucket, f.at.key)
		return body, err
	}
	done = func() {
		if body := first.Swap(nil); body != nil {
			_ = (*body).Close() // nothing was read
		}
	}
	if err := f.fits(size); err != nil {
		done()
		return opened, nil, err
	}
	return opened, done, nil
}

// place is where an object is in S3.
type place struct{ bucket, key string }

func parsePlace(where, uri string) (*place, error) {
	rest, ok := strings.CutPrefix(uri, "s3://")
	name, key, _ := strings.Cut(rest, "/")
	if !ok || !bucket.ValidName(name) || key == "" {
		return nil, fmt.Errorf("field %q: want s3://bucket/key", where)
	}
	return &place{name, key}, nil
}

// filesPrefix begins the keys that requests may use in the stack's own bucket:
// beside it are the details of events, which others trust.
const filesPrefix = "files/"

// allowed refuses an object of the stack's own bucket that no request may touch.
func (p *place) allowed(clients *Clients) error {
	if clients.Bucket != "" && p.bucket == clients.Bucket && !strings.HasPrefix(p.key, filesPrefix) {
		return &lark.Error{Kind: lark.KindValidation, Msg: fmt.Sprintf("s3://%s/%s: want a key under %s in the stack's bucket", p.bucket, p.key, filesPrefix)}
	}
	return nil
}

// failed is an object that cannot be read or written. What S3 refuses it will
// refuse again; all else may pass.
func (p *place) failed(doing string, err error) error {
	e := &lark.Error{Kind: lark.KindTransport, Retryable: true, Msg: fmt.Sprintf("%s s3://%s/%s: %v", doing, p.bucket, p.key, err)}
	var refusal interface{ HTTPStatusCode() int }
	if errors.As(err, &refusal) {
		switch refusal.HTTPStatusCode() {
		case http.StatusNotFound:
			e.Kind, e.Retryable = lark.KindNotFound, false
		case http.StatusForbidden:
			e.Kind, e.Retryable = lark.KindPermission, false
		case http.StatusBadRequest, http.StatusMovedPermanently:
			e.Kind, e.Retryable = lark.KindValidation, false
		}
	}
	return e
}
