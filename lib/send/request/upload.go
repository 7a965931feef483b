package request

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Upload is the verb that uploads an image or a file for messages.
type Upload struct {
	Image     *FileSource `json:"image"`
	ImageType string      `json:"image_type"` // message or avatar; "" is message

	File     *FileSource `json:"file"`
	FileName string      `json:"file_name"` // "" is the source's name
	FileType string      `json:"file_type"` // "" is by the name's extension
	Duration int64       `json:"duration"`  // of audio and video, in milliseconds
}

// Limits of im-v1/image/create and im-v1/file/create, in bytes.
const (
	maxImage = 10 << 20
	maxFile  = 30 << 20
)

// fileTimeout is how long a call with a file may take.
const fileTimeout = 5 * time.Minute

// plan checks the request and returns the call im-v1/image/create or
// im-v1/file/create.
func (u *Upload) plan(c common) (*Plan, error) {
	kind, err := oneGiven("upload", field{"image", u.Image != nil}, field{"file", u.File != nil})
	if err != nil {
		return nil, err
	}
	call := lark.Call{Method: http.MethodPost, Path: "im/v1/" + kind + "s", Timeout: fileTimeout}
	ofImage := []field{{"image_type", u.ImageType != ""}}
	ofFile := []field{{"file_name", u.FileName != ""}, {"file_type", u.FileType != ""}, {"duration", u.Duration != 0}}
	var source *file
	var fields []lark.FormField
	if kind == "image" {
		source, fields, err = u.image()
		err = firstError(refused("upload", "image", ofFile...), err)
	} else {
		source, fields, err = u.file()
		err = firstError(refused("upload", "file", ofImage...), err)
	}
	if err != nil {
		return nil, err
	}
	return c.form(call, fields, source), nil
}

// image returns the image and the other fields of its form.
func (u *Upload) image() (*file, []lark.FormField, error) {
	source, err := u.Image.check("upload.image", "image", maxImage)
	kind := cmp.Or(u.ImageType, "message")
	err = firstError(err, oneOf("upload.image_type", kind, "message", "avatar"))
	return source, []lark.FormField{{Name: "image_type", Value: kind}}, err
}

// file returns the file and the other fields of its form.
func (u *Upload) file() (*file, []lark.FormField, error) {
	source, err := u.File.check("upload.file", "file", maxFile)
	if err != nil {
		return nil, nil, err
	}
	source.name = cmp.Or(u.FileName, source.name)
	kind := cmp.Or(u.FileType, fileType(source.name))
	err = firstError(
		required("upload", field{"file_name", source.name != ""}),
		oneOf("upload.file_type", kind, "opus", "mp4", "pdf", "doc", "xls", "ppt", "stream"),
	)
	if u.Duration < 0 {
		err = errors.New(`field "upload.duration": want milliseconds`)
	}
	fields := []lark.FormField{{Name: "file_type", Value: kind}, {Name: "file_name", Value: source.name}}
	if u.Duration > 0 {
		fields = append(fields, lark.FormField{Name: "duration", Value: strconv.FormatInt(u.Duration, 10)})
	}
	return source, fields, err
}

// fileType returns the file_type of the name's extension, or stream where Lark has none
// for it.
func fileType(name string) string {
	switch kind := strings.TrimPrefix(strings.ToLower(path.Ext(name)), "."); kind {
	case "opus", "mp4", "pdf", "doc", "xls", "ppt":
		return kind
	}
	return "stream"
}

// form returns the plan of a call that posts a form. Objects are streamed.
func (c common) form(call lark.Call, fields []lark.FormField, files ...*file) *Plan {
	call.TenantKey = c.tenantKey
	return &Plan{Run: func(ctx context.Context, clients *Clients) (*lark.Result, error) {
		call, form := call, &lark.Form{Fields: fields}
		for _, f := range files {
			file, done, err := f.open(ctx, clients)
			if err != nil {
				return nil, err
			}
			defer done()
			form.Files = append(form.Files, file)
		}
		call.Form = form
		return clients.Lark.Do(ctx, call)
	}}
}
