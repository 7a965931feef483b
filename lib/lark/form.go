package lark

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"
)

// Form is a multipart body. Its files are streamed, and opened once for each attempt.
type Form struct {
	Fields []FormField
	Files  []File
}

// FormField is a field of a form.
type FormField struct{ Name, Value string }

// File is a file of a form.
type File struct {
	Field string
	Name  string // as Lark shows it; "" is "file"
	Type  string // "" is application/octet-stream
	Size  int64  // in bytes
	// Open returns a reader of the content, from its start.
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// body returns a reader of the form, its content type and its size in bytes.
func (f *Form) body(ctx context.Context) (io.ReadCloser, string, int64, error) {
	var buffer bytes.Buffer
	w := multipart.NewWriter(&buffer)
	b := &formBody{}
	for _, field := range f.Fields {
		if err := w.WriteField(field.Name, field.Value); err != nil {
			return nil, "", 0, fmt.Errorf("writing the form: %w", err)
		}
	}
	for _, file := range f.Files {
		if _, err := w.CreatePart(file.header()); err != nil {
			return nil, "", 0, fmt.Errorf("writing the form: %w", err)
		}
		b.add(&buffer)
		b.readers = append(b.readers, &lazyFile{ctx: ctx, open: file.Open})
		b.size += file.Size
	}
	if err := w.Close(); err != nil {
		return nil, "", 0, fmt.Errorf("writing the form: %w", err)
	}
	b.add(&buffer)
	b.Reader = io.MultiReader(b.readers...)
	return b, w.FormDataContentType(), b.size, nil
}

// header returns the header of a file, with its name as browsers write it: in UTF-8,
// with quotes and line ends escaped.
func (f File) header() textproto.MIMEHeader {
	name, kind := f.Name, f.Type
	if name == "" {
		name = "file"
	}
	if kind == "" {
		kind = "application/octet-stream"
	}
	escape := strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A")
	return textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"; filename="%s"`, escape.Replace(f.Field), escape.Replace(name))},
		"Content-Type":        {strings.NewReplacer("\r", "", "\n", "").Replace(kind)},
	}
}

// formBody is the body of a form: the header of each field and file, followed by its
// content.
type formBody struct {
	io.Reader
	readers []io.Reader
	size    int64
}

// add appends what was written to the buffer, and empties it.
func (b *formBody) add(buffer *bytes.Buffer) {
	text := bytes.Clone(buffer.Bytes())
	buffer.Reset()
	b.readers = append(b.readers, bytes.NewReader(text))
	b.size += int64(len(text))
}

// Close closes the files that were opened.
func (b *formBody) Close() error {
	for _, r := range b.readers {
		if l, ok := r.(*lazyFile); ok && l.file != nil {
			_ = l.file.Close() // it was only read
		}
	}
	return nil
}

// lazyFile opens a file when its content is read for the first time.
type lazyFile struct {
	ctx  context.Context
	open func(context.Context) (io.ReadCloser, error)
	file io.ReadCloser
}

func (l *lazyFile) Read(p []byte) (int, error) {
	if l.file == nil {
		var err error
		if l.file, err = l.open(l.ctx); err != nil {
			return 0, fmt.Errorf("opening a file of the form: %w", err)
		}
	}
	return l.file.Read(p)
}
