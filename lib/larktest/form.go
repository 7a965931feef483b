package larktest

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime/multipart"
)

// maxKept is how much of a part is held; of more, only size and digest.
const maxKept = 1 << 20

// sniffLen is enough to tell an image by its first bytes.
const sniffLen = 512

// part is one field or file of a form.
type part struct {
	fileName string
	size     int64
	sha256   string
	head     []byte // the first sniffLen bytes
	whole    []byte // if not larger than maxKept
}

// form is a multipart body. Without parts it was no form or a broken one.
type form struct{ parts map[string]part }

// value returns a field that is not a file.
func (f form) value(name string) string { return string(f.parts[name].whole) }

// readForm counts and digests each part as it streams by.
func readForm(r *multipart.Reader) form {
	f := form{parts: map[string]part{}}
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return f
		}
		if err != nil {
			return form{}
		}
		kept, err := readPart(p)
		if err != nil {
			return form{}
		}
		f.parts[p.FormName()] = kept
	}
}

func readPart(r *multipart.Part) (part, error) {
	digest := sha256.New()
	in := io.TeeReader(r, digest)
	whole, err := io.ReadAll(io.LimitReader(in, maxKept+1))
	if err != nil {
		return part{}, err
	}
	rest, err := io.Copy(io.Discard, in)
	if err != nil {
		return part{}, err
	}
	p := part{
		fileName: r.FileName(),
		size:     int64(len(whole)) + rest,
		sha256:   hex.EncodeToString(digest.Sum(nil)),
	}
	if p.size <= maxKept {
		p.whole, p.head = whole, whole[:min(len(whole), sniffLen)]
	} else {
		p.head = append([]byte(nil), whole[:sniffLen]...)
	}
	return p, nil
}
